// The gradient of log p that the authors' code of PPGN takes: its own score's term alone.
import type { Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as detach } from '../kernels/detach/index.js';
import { op as logSoftmax } from '../kernels/logSoftmax/index.js';
import { pointwise } from '../kernels/pointwise/index.js';

/** The field of a part that has both gradients. */
export const OWN_TERM = {
  type: 'choice',
  of: ['all', 'own'],
  optional: true,
  text: 'which scores the gradient of log p goes to: all of them, the default, or its own alone, as in the authors’ code, where others are not pushed down',
  source: 'sampling_class.py: diff[unit] = 1 − p',
} as const;

/** log p of scores `[N, K, …]`, in the same shape. Each has the gradient `1 − p` at its own score and none at the others; that of log p is `δ − p`. */
export function ownTerms(tape: Tape, scores: Value): Value {
  const fixed = (x: Value) => tape.apply(detach, { x }, {});
  const log = fixed(tape.apply(logSoftmax, { x: scores }, { from: 1, to: 2 }));
  const rest = pointwise(tape, pointwise(tape, log, 'exp'), 'power', { a: -1, b: 1 });
  // The value is log p: what is added to it is zero, and has the gradient.
  return binary(tape, 'add', log, binary(tape, 'mul', rest, binary(tape, 'sub', scores, fixed(scores))));
}
