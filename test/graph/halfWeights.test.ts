// Weights in half precision: results are those of weights rounded to it, and their memory is half.
import { expect, test } from 'vitest';
import { grad } from '../../src/autodiff/grad.js';
import { f32, sizeOf } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import { halfToFloat } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Value } from '../../src/graph/tape.js';
import { floatToHalf } from '../../src/importers/half.js';
import { op as conv2d } from '../../src/kernels/conv2d/index.js';
import { op as fc } from '../../src/kernels/fc/index.js';
import { expectClose } from '../support/close.js';
import { contextWith, testContext } from '../support/device.js';
import { distinct } from '../support/op.js';

const round = (data: Float32Array) => data.map((v) => halfToFloat(floatToHalf(v)));

/** Convolutions of every kernel (strided, in rows, 1×1, depthwise) and a matrix of odd rows. */
async function run(ctx: Context, weights: (data: Float32Array) => Float32Array) {
  const tape = createTape();
  const image = tape.leaf('image', f32(2, 4, 11, 9));
  let seed = 1;
  const constant = (shape: number[], change = weights): Value =>
    tape.constant('c', shape, change(distinct(sizeOf(shape), seed++)));
  const conv = (x: Value, K: number, size: number, stride: number, group = 1): Value => {
    const pad = (size - 1) / 2;
    const attrs = { stride: [stride, stride], pad: [pad, pad, pad, pad], dilation: [1, 1], group } as const;
    const w = constant([K, x.shape[1] / group, size, size]);
    return tape.apply(conv2d, { x, w, b: constant([K], (d) => d) }, attrs);
  };
  const maps = conv(conv(conv(conv(image, 20, 5, 2), 18, 3, 1), 12, 1, 1), 12, 3, 1, 12);
  const w = constant([13, sizeOf(maps.shape) / 2]);
  const y = tape.apply(fc, { x: maps, w, b: constant([13], (d) => d) }, { axis: 1 });
  const cotangent = tape.leaf('cotangent', y);
  const [gradient] = grad(tape, y, [image], { seed: cotangent });
  using plan = await compile(ctx, tape, { keep: [y, gradient] });
  plan.write(image, distinct(sizeOf(image.shape), 50));
  plan.write(cotangent, distinct(sizeOf(y.shape), 51));
  plan.run();
  return { y: await plan.read(y), gradient: await plan.read(gradient), prepared: plan.memory.prepared };
}

for (const traits of [{}, { software: false }, { software: false, maxBindingBytes: 1024 * 36 }]) {
  test(`with ${JSON.stringify(traits)}`, async () => {
    const rounded = await run(await testContext(), round);
    const half = await run(await contextWith({ ...traits, halfWeights: true }), (data) => data);
    const scale = (data: Float32Array) => ({
      atol: 1e-5 * data.reduce((a, v) => Math.max(a, Math.abs(v)), 0),
      rtol: 0,
    });
    expectClose('y', half.y, rounded.y, [half.y.length], scale(rounded.y));
    expectClose('gradient', half.gradient, rounded.gradient, [half.gradient.length], scale(rounded.gradient));
    // What is packed is half as large; the matrix, which is not packed, is prepared beside it.
    const exact = await run(await testContext(), (data) => data);
    expect(half.y).not.toEqual(exact.y);
    expect(half.prepared).toBeLessThan(rounded.prepared * 0.7);
  });
}
