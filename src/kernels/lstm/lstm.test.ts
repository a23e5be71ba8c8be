import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './lstm.ref.js';

describe('lstm', () => {
  test('two sequences, one of which begins anew', () =>
    checkOp(op, ref, {
      inputs: { x: [4, 2, 5], cont: [4, 2], wx: [12, 5], b: [12], wh: [12, 3] },
      attrs: {},
      values: { cont: (v) => (v > -0.6 ? 1 : 0) },
      wrt: ['x', 'wx', 'b', 'wh'],
    }));

  test('a sequence too long to be unrolled is named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    const inputs = { x: leaf(2 ** 24, 1, 5), cont: leaf(2 ** 24, 1), wx: leaf(12, 5), b: leaf(12), wh: leaf(12, 3) };
    expect(() => tape.apply(op, inputs, {})).toThrow('lstm: at most 4096 steps are unrolled, x has 16777216');
  });

  test('sizes that do not fit are named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    const inputs = { x: leaf(4, 2, 5), cont: leaf(4, 1), wx: leaf(12, 5), b: leaf(12), wh: leaf(12, 3) };
    expect(() => tape.apply(op, inputs, {})).toThrow(
      'lstm: x [T,N,...], cont [T,N], wx [4H,C] and wh [4H,H] must fit, got [4,2,5], [4,1], [12,5], [12,3]',
    );
  });
});
