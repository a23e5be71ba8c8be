import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { checkOp, distinct } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32, sizeOf } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { op as conv2d } from '../conv2d/index.js';
import { ref } from './affine.ref.js';
import { op } from './index.js';

describe('affine', () => {
  for (const x of [
    [2, 3],
    [2, 3, 5, 7],
    [1, 5, 9],
  ]) {
    const inputs = { x, scale: [x[1]], shift: [x[1]] };
    test(`x=[${x}]`, () => checkOp(op, ref, { inputs, attrs: {} }));
    test(`frozen x=[${x}]`, () => checkOp(op, ref, { inputs, attrs: {}, frozen: ['scale', 'shift'] }));
  }
  test('relu fused', () =>
    checkOp(op, ref, { inputs: { x: [2, 3, 4], scale: [3], shift: [3] }, attrs: { relu: 0.1 }, wrt: [] }));

  test('behind a convolution it folds into the weights, forward and back', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', f32(2, 3, 7, 6));
    const constant = (seed: number, ...shape: number[]) => tape.constant('c', shape, distinct(sizeOf(shape), seed));
    const attrs = { stride: [2, 1], pad: [1, 1, 1, 1], dilation: [1, 1], group: 1 } as const;
    const z = tape.apply(conv2d, { x, w: constant(1, 5, 3, 3, 3), b: constant(2, 5) }, attrs);
    const y = tape.apply(op, { x: z, scale: constant(3, 5), shift: constant(4, 5) }, {});
    const seed = tape.leaf('seed', y);
    const [dx] = grad(tape, y, [x], { seed });
    const results = [];
    const kernels = [];
    for (const keep of [
      [y, dx],
      [y, dx, z],
    ]) {
      using plan = await compile(ctx, tape, { keep });
      plan.write(x, distinct(sizeOf(x.shape), 5));
      plan.write(seed, distinct(sizeOf(y.shape), 6));
      plan.run();
      results.push([await plan.read(y), await plan.read(dx)]);
      kernels.push(plan.dispatches);
    }
    expect(kernels[0].filter((k) => ['affine', 'scale_channels'].includes(k))).toEqual([]);
    // Kept, the convolution's own output is there, and the layer after it is a kernel of its own.
    expect(kernels[1]).toContain('affine');
    const close = { atol: 2e-5, rtol: 2e-5 };
    expectClose('y', results[0][0], results[1][0], y.shape, close);
    expectClose('dx', results[0][1], results[1][1], x.shape, close);
  });

  test('a factor too few is named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    expect(() => tape.apply(op, { x: leaf(1, 3), scale: leaf(2), shift: leaf(3) }, {})).toThrow(
      'affine: scale must be [3] (one factor per channel), got [2]',
    );
  });
});
