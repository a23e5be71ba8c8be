import { describe, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { ref } from './flatten.ref.js';
import { op } from './index.js';

describe('flatten', () => {
  for (const [axis, end] of [
    [1, -1],
    [0, 1],
    [2, 3],
  ]) {
    test(`[2,3,5,7] axes ${axis}..${end}`, () =>
      checkOp(op, ref, { inputs: { x: [2, 3, 5, 7] }, attrs: { axis, end } }));
  }
});
