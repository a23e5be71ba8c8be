import { describe, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { op } from './index.js';
import { ref } from './lrnWithin.ref.js';

const tolerance = { atol: 2e-5, rtol: 2e-5 };

describe('lrnWithin', () => {
  for (const [x, size, alpha] of [
    [[1, 3, 7, 5], 3, 5e-5],
    [[2, 2, 4, 9], 5, 2],
    [[1, 2, 3, 2], 7, 1],
  ] as const) {
    const attrs = { size, alpha, beta: 0.75 };
    test(`x=[${x}] ${JSON.stringify(attrs)}`, () => checkOp(op, ref, { inputs: { x }, attrs, tolerance }));
  }
});
