import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './fc.ref.js';
import { op } from './index.js';

describe('fc', () => {
  for (const [x, w, axis] of [
    [[1, 7], [3, 7], 1],
    [[3, 2, 3, 5], [11, 30], 1],
    [[2, 3, 4, 7], [5, 7], 3],
    [[2, 129], [70, 129], 1],
    [[1, 132], [7, 132], 1],
    [[5, 4, 3, 3], [13, 36], 1],
    [[9, 260], [129, 260], 1],
  ] as const) {
    const inputs = { x, w, b: [w[0]] };
    test(`x=[${x}] w=[${w}] axis=${axis}`, () => checkOp(op, ref, { inputs, attrs: { axis } }));
    test(`frozen x=[${x}] w=[${w}] axis=${axis}`, () =>
      checkOp(op, ref, { inputs, attrs: { axis }, frozen: ['w', 'b'], variants: w[0] > 100 ? ['as a GPU'] : [] }));
  }

  test('relu fused', () =>
    checkOp(op, ref, { inputs: { x: [2, 9], w: [5, 9], b: [5] }, attrs: { axis: 1, relu: 0.2 }, wrt: [] }));

  test('weights that do not fit are named', () => {
    const tape = createTape();
    const leaf = (name: string, ...shape: number[]) => tape.leaf(name, f32(...shape));
    const apply = () => tape.apply(op, { x: leaf('x', 1, 2, 3), w: leaf('w', 4, 5), b: leaf('b', 4) }, { axis: 1 });
    expect(apply).toThrow('fc: w must be [M,6] for x [1,2,3] from axis 1, got [4,5]');
  });
});
