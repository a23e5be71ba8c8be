// One entry of each image's scores.
import type { Tape, Value } from '../graph/tape.js';
import { op as select } from '../kernels/select/index.js';

/** Entry `index` of scores `[N, K]`: `[N]`. */
export const entry = (tape: Tape, scores: Value, index: number): Value => tape.apply(select, { x: scores }, { index });
