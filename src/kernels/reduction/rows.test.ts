import { describe, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { WAYS } from '../../gpu/rows.js';
import { sumRows } from './rows.js';
import { ref } from './rows.ref.js';

describe('sum_rows', () => {
  for (const kind of ['sum', 'squares', 'distance'] as const) {
    for (const a of [
      [1, 1],
      [3, 7],
      [2, 3, 31, 11],
      [67, 5],
      [3, 1201],
    ]) {
      test(`${kind} of [${a}]`, () =>
        checkOp(sumRows, ref, {
          inputs: { a, b: a },
          attrs: { kind },
          wrt: [],
          tolerance: { atol: 1e-4, rtol: 1e-5 },
          variants: WAYS,
        }));
    }
  }
});
