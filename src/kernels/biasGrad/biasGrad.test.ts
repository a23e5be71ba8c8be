import { describe, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { WAYS } from '../../gpu/rows.js';
import { ref } from './biasGrad.ref.js';
import { op } from './index.js';

describe('bias gradient', () => {
  for (const dy of [
    [1, 1],
    [3, 7],
    [2, 5, 9, 11],
    [1, 3, 40, 3],
    [3, 67, 5],
    [9, 3, 13, 11],
  ]) {
    test(`dy=[${dy}]`, () => checkOp(op, ref, { inputs: { dy }, attrs: {}, wrt: [], variants: WAYS }));
  }
});
