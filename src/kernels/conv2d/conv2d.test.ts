import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { dxRef, ref } from './conv2d.ref.js';
import { type Attrs, dx, op } from './index.js';

const plain: Attrs = { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], group: 1 };
const cases: [x: number[], w: number[], attrs: Partial<Attrs>][] = [
  [[1, 1, 3, 3], [1, 1, 3, 3], {}],
  [[2, 3, 7, 5], [4, 3, 3, 2], { stride: [2, 1], pad: [1, 0, 1, 0] }],
  [[1, 3, 11, 13], [8, 3, 5, 5], { stride: [4, 3], pad: [2, 1, 2, 1] }],
  [[2, 4, 6, 9], [6, 2, 3, 3], { pad: [1, 1, 1, 1], group: 2 }],
  [[1, 6, 5, 7], [6, 1, 3, 3], { pad: [1, 1, 1, 1], group: 6 }],
  [[1, 5, 7, 6], [3, 5, 1, 1], {}],
  [[2, 2, 9, 8], [3, 2, 3, 3], { dilation: [2, 3], pad: [2, 3, 2, 3] }],
  [[1, 2, 6, 7], [3, 2, 4, 2], { pad: [0, 1, 2, 0], stride: [2, 3] }],
  [[1, 17, 9, 11], [19, 17, 3, 3], { pad: [1, 1, 1, 1] }],
  // More rows and pixels than a tile has, and deep enough for its sum to be shared out.
  [[1, 24, 5, 13], [70, 24, 2, 3], { pad: [0, 1, 1, 1] }],
  [[2, 6, 10, 11], [34, 3, 5, 4], { stride: [2, 3], pad: [3, 3, 1, 2], group: 2 }],
  [[2, 10, 5, 7], [18, 5, 1, 1], { stride: [2, 1], group: 2 }],
  [[1, 2, 5, 9], [3, 2, 1, 7], { pad: [0, 3, 0, 3] }],
  [[1, 2, 9, 5], [3, 2, 4, 1], {}],
  [[1, 3, 9, 8], [5, 3, 2, 3], { stride: [3, 4], pad: [1, 0, 1, 0] }],
  // Channels enough that tiles of rows of the gradient are of one phase: some phases then begin later than others.
  [[2, 16, 9, 7], [5, 16, 3, 3], { stride: [2, 2], pad: [1, 1, 1, 1] }],
  [[1, 128, 5, 8], [6, 64, 4, 5], { stride: [2, 3], pad: [1, 2, 1, 2], group: 2 }],
  [[1, 64, 6, 5], [4, 64, 2, 2], { stride: [2, 2], pad: [1, 1, 1, 1] }],
  // A part of a larger image is read where it is: of x, and of dy where a border was wider than the kernel.
  [[2, 6, 11, 9], [34, 3, 3, 3], { pad: [-1, -2, -1, -1], stride: [2, 1], group: 2 }],
  [[2, 4, 5, 7], [6, 2, 1, 1], { pad: [1, 2, 1, 1], group: 2 }],
  // Few rows a group of several channels, and a height off the multiple of the lines that a thread makes.
  [[3, 8, 10, 13], [8, 2, 3, 3], { pad: [1, 1, 1, 1], group: 4 }],
  // Depthwise with a stride: phases of the gradient have three by three taps, and their rows are shuffled.
  [[2, 4, 11, 13], [4, 1, 5, 3], { stride: [2, 1], pad: [2, 1, 2, 1], group: 4 }],
  [[2, 4, 11, 9], [4, 1, 5, 5], { stride: [2, 2], pad: [2, 2, 2, 2], group: 4 }],
  [[2, 3, 10, 9], [6, 1, 3, 3], { pad: [1, 1, 1, 1], group: 3 }],
];

const VARIANTS = ['subgroup', 'tiles', 'direct'];
/** Strided and grouped, 1×1, shared out: where the variants differ in what they do. */
const varied = new Set([1, 3, 5, 9, 10, 15, 16, 17, 18, 19, 20, 21, 22, 23].map((i) => cases[i][0]));

describe('conv2d', () => {
  for (const [x, w, attrs] of cases) {
    const all = { ...plain, ...attrs };
    const name = `x=[${x}] w=[${w}] stride=[${all.stride}] pad=[${all.pad}] dilation=[${all.dilation}] group=${all.group}`;
    const inputs = { x, w, b: [w[0]] };
    test(name, () => checkOp(op, ref, { inputs, attrs: all }));
    test(`frozen ${name}`, () =>
      checkOp(op, ref, { inputs, attrs: all, frozen: ['w', 'b'], variants: varied.has(x) ? VARIANTS : [] }));
  }

  // Large enough that weights which change are packed every time, and their gradient is a convolution.
  for (const [x, w, attrs] of [
    [[2, 6, 13, 11], [10, 6, 3, 3], { pad: [1, 1, 1, 1] }],
    [[4, 8, 19, 22], [12, 4, 3, 2], { stride: [2, 3], pad: [1, 0, 1, 1], group: 2 }],
    [[3, 5, 12, 14], [9, 5, 3, 3], { dilation: [2, 1] }],
  ] as [number[], number[], Partial<Attrs>][]) {
    test(`trained x=[${x}] w=[${w}] ${JSON.stringify(attrs)}`, () =>
      checkOp(op, ref, {
        inputs: { x, w, b: [w[0]] },
        attrs: { ...plain, ...attrs },
        wrt: ['w', 'b'],
        tolerance: { atol: 3e-5, rtol: 3e-5 },
      }));
  }

  test('the gradient to the image, and its own gradients', () => {
    const attrs = { ...plain, stride: [2, 1], pad: [1, 0, 1, 0], group: 2, shape: [2, 4, 7, 5] } as const;
    return checkOp(dx, dxRef, { inputs: { dy: [2, 6, 4, 3], w: [6, 2, 3, 3] }, attrs });
  });

  test('relu fused', () =>
    checkOp(op, ref, {
      inputs: { x: [1, 3, 5, 4], w: [5, 3, 3, 3], b: [5] },
      attrs: { ...plain, relu: 0.1 },
      wrt: [],
    }));

  test('channels that do not fit are named with both numbers', () => {
    const tape = createTape();
    const leaf = (name: string, ...shape: number[]) => tape.leaf(name, f32(...shape));
    const apply = () =>
      tape.apply(op, { x: leaf('x', 1, 4, 27, 27), w: leaf('w', 96, 3, 11, 11), b: leaf('b', 96) }, plain);
    expect(apply).toThrow('conv2d: w has 3 input channels, x has 4 (x [1,4,27,27], w [96,3,11,11], group 1)');
  });
});
