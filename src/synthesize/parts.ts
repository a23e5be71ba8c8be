// All parts: those that a study can name, and those of attribution. A part of one's own is added beside them: `parts.with([mine])`.
import * as methods from '../attribute/methods/index.js';
import * as rules from '../attribute/rules/index.js';
import * as objectives from '../objectives/index.js';
import * as optim from '../optim/index.js';
import * as params from '../params/index.js';
import { type AnyPart, createParts, type Parts } from '../parts/part.js';
import * as regularize from '../regularize/index.js';
import * as transforms from '../transforms/index.js';

/** The parts that come with the library. */
export const parts: Parts = createParts(
  [objectives, params, transforms, regularize, optim, rules, methods].flatMap((room): AnyPart[] => Object.values(room)),
);
