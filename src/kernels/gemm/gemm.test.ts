import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './gemm.ref.js';
import { op } from './index.js';

describe('gemm', () => {
  for (const c of [[5, 3], [1, 3], [5, 1], [3], [1]]) {
    test(`c [${c}]`, () =>
      checkOp(op, ref, {
        inputs: { a: [7, 5], b: [3, 7], c },
        attrs: { transposeA: true, transposeB: true, factor: 0.5, shiftFactor: -2 },
      }));
  }

  test('a shift that does not fit is named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    expect(() => tape.apply(op, { a: leaf(5, 7), b: leaf(7, 3), c: leaf(4) }, { shiftFactor: 1 })).toThrow(
      'add: [5,3] and [4] do not broadcast',
    );
  });
});
