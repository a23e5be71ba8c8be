import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './deconv2d.ref.js';
import { type Attrs, op } from './index.js';

const plain: Attrs = { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], group: 1, extra: [0, 0] };

describe('deconv2d', () => {
  for (const [x, w, attrs] of [
    [[2, 3, 5, 4], [3, 2, 3, 3], {}],
    [[1, 4, 3, 5], [4, 3, 4, 4], { stride: [2, 2], pad: [1, 1, 1, 1] }],
    [[2, 4, 3, 4], [4, 2, 3, 2], { stride: [2, 3], group: 2, extra: [1, 2], pad: [1, 0, 0, 1] }],
    [[1, 2, 4, 5], [2, 3, 3, 2], { dilation: [2, 3] }],
    // Tiles of 16 and of 64 rows are of one phase each.
    [[2, 3, 5, 4], [3, 16, 4, 4], { stride: [2, 2], pad: [1, 1, 1, 1] }],
    [[1, 4, 3, 5], [4, 64, 3, 5], { stride: [2, 3], pad: [1, 2, 0, 1], group: 2 }],
    [[1, 3, 4, 3], [3, 32, 8, 8], { stride: [4, 4], pad: [2, 2, 2, 2] }],
  ] as [number[], number[], Partial<Attrs>][]) {
    const all = { ...plain, ...attrs };
    const inputs = { x, w, b: [w[1] * all.group] };
    test(`x=[${x}] w=[${w}] ${JSON.stringify(attrs)}`, () => checkOp(op, ref, { inputs, attrs: all }));
    test(`frozen x=[${x}] w=[${w}] ${JSON.stringify(attrs)}`, () =>
      checkOp(op, ref, { inputs, attrs: all, frozen: ['w', 'b'], variants: ['subgroup', 'tiles', 'direct'] }));
  }

  test('a line is an image of one row', () => {
    const attrs: Attrs = { ...plain, stride: [1, 2], pad: [0, 1, 0, 1] };
    const rows = (t: Parameters<typeof ref>[0][string]) => ({ ...t, shape: [t.shape[0], t.shape[1], 1, t.shape[2]] });
    const lineRef: typeof ref = ({ x, w, b }, a) => {
      const { shape, data } = ref({ x: rows(x), w: rows(w), b }, a);
      return { shape: [shape[0], shape[1], shape[3]], data };
    };
    return checkOp(op, lineRef, { inputs: { x: [2, 3, 5], w: [3, 2, 4], b: [2] }, attrs });
  });

  test('weights that do not fit are named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    expect(() => tape.apply(op, { x: leaf(1, 3, 4, 4), w: leaf(2, 3, 3, 3), b: leaf(3) }, plain)).toThrow(
      'deconv2d: x [1,3,4,4] and w [2,3,3,3] do not fit',
    );
  });
});
