import { describe, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { op } from './index.js';
import { ref } from './logSoftmax.ref.js';

describe('logSoftmax', () => {
  for (const [x, from, to] of [
    [[3, 7], 1, 2],
    [[2, 5, 3, 7], 1, 2],
    [[2, 3, 5, 7], 1, 4],
  ] as const) {
    test(`[${x}] over ${from} to ${to}`, () =>
      checkOp(op, ref, { inputs: { x }, attrs: { from, to }, tolerance: { atol: 2e-5, rtol: 2e-5 } }));
  }
  test('far apart', () =>
    checkOp(op, ref, {
      inputs: { x: [2, 5] },
      attrs: { from: 1, to: 2 },
      values: { x: (v) => 60 * v },
      tolerance: { atol: 1e-4, rtol: 1e-5 },
    }));
});
