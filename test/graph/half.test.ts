// Half precision: weights that are kept in it give what rounded weights give, and take half the memory; products that are made
// in it are as near as it allows, whatever the size of the numbers.
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/autodiff/grad.js';
import { f32, sizeOf } from '../../src/core/shape.js';
import { type Context, openContext } from '../../src/gpu/context.js';
import { halfToFloat } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Value } from '../../src/graph/tape.js';
import { floatToHalf } from '../../src/importers/half.js';
import { op as conv2d } from '../../src/kernels/conv2d/index.js';
import { op as fc } from '../../src/kernels/fc/index.js';
import { expectClose } from '../support/close.js';
import { contextWith, testContext } from '../support/device.js';
import { distinct } from '../support/op.js';

const asIs = (data: Float32Array) => data;
const round = (data: Float32Array) => data.map((v) => halfToFloat(floatToHalf(v)));

/** Convolutions of every kernel (strided, in rows, 1×1, depthwise) and a matrix of odd rows. */
async function run(ctx: Context, weights: (data: Float32Array) => Float32Array, factor = 1) {
  const tape = createTape();
  const image = tape.leaf('image', f32(2, 4, 11, 9));
  let seed = 1;
  const constant = (shape: number[], change = weights): Value =>
    tape.constant('c', shape, change(distinct(sizeOf(shape), seed++)));
  const conv = (x: Value, K: number, size: number, stride: number, group = 1): Value => {
    const pad = (size - 1) / 2;
    const attrs = { stride: [stride, stride], pad: [pad, pad, pad, pad], dilation: [1, 1], group } as const;
    const w = constant([K, x.shape[1] / group, size, size]);
    return tape.apply(conv2d, { x, w, b: constant([K], (d) => d.map((v) => v * factor)) }, attrs);
  };
  const maps = conv(conv(conv(conv(image, 20, 5, 2), 18, 3, 1), 12, 1, 1), 12, 3, 1, 12);
  const w = constant([13, sizeOf(maps.shape) / 2]);
  const y = tape.apply(fc, { x: maps, w, b: constant([13], (d) => d) }, { axis: 1 });
  const cotangent = tape.leaf('cotangent', y);
  const [gradient] = grad(tape, y, [image], { seed: cotangent });
  using plan = await compile(ctx, tape, { keep: [y, gradient] });
  const scaled = (value: Value, own: number) => distinct(sizeOf(value.shape), own).map((v) => v * factor);
  plan.write(image, scaled(image, 50));
  plan.write(cotangent, scaled(cotangent, 51));
  plan.run();
  return { y: await plan.read(y), gradient: await plan.read(gradient), prepared: plan.memory.prepared };
}

const largest = (data: Float32Array) => data.reduce((a, v) => Math.max(a, Math.abs(v)), 0);

describe('weights', () => {
  for (const traits of [{}, { software: false }, { software: false, maxBindingBytes: 1024 * 36 }]) {
    test(`with ${JSON.stringify(traits)}`, async () => {
      const rounded = await run(await testContext(), round);
      const half = await run(await contextWith({ ...traits, halfWeights: true }), asIs);
      const scale = (data: Float32Array) => ({ atol: 1e-5 * largest(data), rtol: 0 });
      expectClose('y', half.y, rounded.y, [half.y.length], scale(rounded.y));
      expectClose('gradient', half.gradient, rounded.gradient, [half.gradient.length], scale(rounded.gradient));
      // What is packed is half as large; the matrix, which is not packed, is prepared beside it.
      const exact = await run(await testContext(), asIs);
      expect(half.y).not.toEqual(exact.y);
      expect(half.prepared).toBeLessThan(rounded.prepared * 0.7);
    });
  }
});

describe('arithmetic', () => {
  // Without biases' and images' sizes in the way, magnitudes that half precision cannot hold by itself.
  for (const factor of [1, 1e7, 1e-10]) {
    for (const software of [true, false]) {
      test(`of numbers near ${factor}, with traits of ${software ? 'a CPU' : 'a GPU'}`, async ({ skip }) => {
        const { device } = await testContext();
        skip(!device.features.has('shader-f16'), 'the adapter has no shader-f16');
        const exact = await run(await contextWith({ software }), asIs, factor);
        const half = await run(await contextWith({ software, halfArithmetic: true }), asIs, factor);
        for (const what of ['y', 'gradient'] as const) {
          const tolerance = { atol: 3e-3 * largest(exact[what]), rtol: 0 };
          expectClose(what, half[what], exact[what], [exact[what].length], tolerance);
          expect(half[what]).not.toEqual(exact[what]);
        }
      });
    }
  }

  test('activations that are no numbers stay none', async ({ skip }) => {
    const { device } = await testContext();
    skip(!device.features.has('shader-f16'), 'the adapter has no shader-f16');
    const { y } = await run(await contextWith({ halfArithmetic: true }), asIs, Number.NaN);
    expect(y.some(Number.isFinite)).toBe(false);
  });

  test('is refused where the device has no f16', async () => {
    const { device } = await testContext();
    const features = new Set([...device.features].filter((feature) => feature !== 'shader-f16'));
    const without = new Proxy(device, { get: (of, name) => (name === 'features' ? features : Reflect.get(of, name)) });
    await expect(openContext({ device: without, arithmetic: 'f16' })).rejects.toThrow(
      /^The device '.+' lacks the feature 'shader-f16'\. It has: /,
    );
  });
});
