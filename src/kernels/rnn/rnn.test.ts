import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './rnn.ref.js';

describe('rnn', () => {
  test('two sequences, one of which begins anew', () =>
    checkOp(op, ref, {
      inputs: { x: [4, 2, 5], cont: [4, 2], wx: [3, 5], b: [3], wh: [3, 3], wo: [2, 3], bo: [2] },
      attrs: {},
      values: { cont: (v) => (v > -0.6 ? 1 : 0) },
      wrt: ['x', 'wx', 'wh', 'wo', 'bo'],
    }));

  test('sizes that do not fit are named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    const inputs = {
      x: leaf(4, 2, 5),
      cont: leaf(4, 1),
      wx: leaf(3, 5),
      b: leaf(3),
      wh: leaf(3, 3),
      wo: leaf(2, 3),
      bo: leaf(2),
    };
    expect(() => tape.apply(op, inputs, {})).toThrow(
      'rnn: x [T,N,...], cont [T,N], wx [H,C], wh [H,H] and wo [K,H] must fit',
    );
  });
});
