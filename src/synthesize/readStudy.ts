// Studies from JSON.
import * as v from 'valibot';
import { OptionError } from '../core/errors.js';
import type { Parts } from '../parts/part.js';
import { checked } from '../parts/schema.js';
import { RUN_FIELDS, STEPS } from './runFields.js';
import { checkRun, resolve, type Study } from './study.js';

const PART = v.looseObject({ name: v.string('must be a string') }, 'must be a part such as { "name": … }');
const PART_LIST = v.array(PART, 'must be a list of parts');
const SIDE = v.pipe(v.number(), v.integer('must be a whole number'), v.minValue(1, 'must be at least 1'));
const VARIED = {
  canvas: v.optional(v.tuple([SIDE, SIDE], 'must be [rows, columns]')),
  backward: v.optional(PART_LIST),
  objective: PART,
  params: PART,
  transforms: PART_LIST,
  regularize: PART_LIST,
  optim: PART_LIST,
};
const STUDY = v.strictObject({
  method: v.literal('synthesize', "must be 'synthesize'"),
  version: v.literal(2, 'must be 2'),
  ...VARIED,
  ...RUN_FIELDS,
  phases: v.optional(v.array(v.strictObject({ ...v.partial(v.object(VARIED)).entries, steps: STEPS }))),
  about: v.optional(v.unknown()),
});

/** A study from data, every field and every part checked. @throws OptionError naming the field, UnknownNameError */
export function readStudy(data: unknown, parts: Parts): Study {
  const { about: _, ...study } = checked(STUDY, data, 'study');
  checkRun(study as Study, 'study');
  resolve(study as Study, parts);
  for (const [i, phase] of (study.phases ?? []).entries()) {
    resolve({ ...study, ...phase } as Study, parts, `phases[${i}].`);
  }
  return study as Study;
}

/** A recipe's text as data. @throws OptionError */
export function parseJson(json: string, what: string): Readonly<Record<string, unknown>> {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch (error) {
    throw new OptionError(what, `it is not JSON (${error instanceof Error ? error.message : String(error)})`);
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new OptionError(what, 'it must be a JSON object');
  }
  return data as Readonly<Record<string, unknown>>;
}
