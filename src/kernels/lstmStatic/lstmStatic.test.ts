import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './lstmStatic.ref.js';

describe('lstmStatic', () => {
  test('two sequences, each with an image', () =>
    checkOp(op, ref, {
      inputs: { x: [3, 2, 5], cont: [3, 2], fixed: [2, 2, 3], wx: [12, 5], b: [12], ws: [12, 6], wh: [12, 3] },
      attrs: {},
      values: { cont: (v) => (v > -0.6 ? 1 : 0) },
      wrt: ['x', 'fixed', 'wx', 'b', 'ws', 'wh'],
    }));

  test('an image too many is named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    const inputs = {
      ...{ x: leaf(3, 2, 5), cont: leaf(3, 2), fixed: leaf(3, 6), wx: leaf(12, 5) },
      ...{ b: leaf(12), ws: leaf(12, 6), wh: leaf(12, 3) },
    };
    expect(() => tape.apply(op, inputs, {})).toThrow(
      'lstmStatic: x [T,N,...], fixed [N,...] and ws [4H,D] must fit, got [3,2,5], [3,6], [12,6]',
    );
  });
});
