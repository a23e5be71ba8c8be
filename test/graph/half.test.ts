// Half precision: weights that are kept in it give what rounded weights give, and take half the memory; products that are made
// in it are as near as it allows, whatever the size of the numbers.
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/autodiff/grad.js';
import { f32, type Shape, sizeOf } from '../../src/core/shape.js';
import { type Context, openContext } from '../../src/gpu/context.js';
import { halfToFloat } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Value, variadic } from '../../src/graph/tape.js';
import { floatToHalf } from '../../src/importers/half.js';
import { op as add } from '../../src/kernels/add/index.js';
import { op as concat } from '../../src/kernels/concat/index.js';
import { op as conv2d } from '../../src/kernels/conv2d/index.js';
import { op as fc } from '../../src/kernels/fc/index.js';
import { op as slice } from '../../src/kernels/slice/index.js';
import { expectClose } from '../support/close.js';
import { contextWith, testContext } from '../support/device.js';
import { distinct } from '../support/op.js';

const asIs = (data: Float32Array) => data;
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
    return tape.apply(conv2d, { x, w, b: constant([K], asIs) }, attrs);
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
  const attrs = (size: number, stride = 1, group = 1) => {
    const pad = (size - 1) / 2;
    return { stride: [stride, stride], pad: [pad, pad, pad, pad], dilation: [1, 1], group } as const;
  };
  const needs = (ctx: Context, skip: (condition: boolean, note: string) => void) =>
    skip(!ctx.device.features.has('shader-f16'), 'the adapter has no shader-f16');

  /** Convolutions that are strided, in groups, joined in place and added to, forward and back, of numbers near `factor`. */
  async function joined(ctx: Context, factor: number): Promise<Float32Array[]> {
    const tape = createTape();
    const image = tape.leaf('image', f32(2, 6, 15, 13));
    let seed = 1;
    const near = (shape: Shape, by: number) => distinct(sizeOf(shape), seed++).map((v) => v * by);
    const conv = (x: Value, K: number, size: number, stride = 1, group = 1): Value => {
      const shape = [K, x.shape[1] / group, size, size];
      const w = tape.constant('w', shape, near(shape, 1));
      return tape.apply(conv2d, { x, w, b: tape.constant('b', [K], near([K], factor)) }, attrs(size, stride, group));
    };
    const first = conv(image, 20, 5, 2);
    const both = tape.apply(concat, variadic([conv(first, 16, 3, 1, 2), conv(first, 12, 1)]), { axis: 1 });
    const part = tape.apply(slice, { x: both }, { axis: 1, start: 5, end: 25 });
    const y = tape.apply(add, { a: conv(part, 18, 3), b: conv(both, 18, 1) }, {});
    const cotangent = tape.leaf('cotangent', y);
    const [gradient] = grad(tape, y, [image], { seed: cotangent });
    using plan = await compile(ctx, tape, { keep: [y, gradient] });
    plan.write(image, near(image.shape, factor));
    plan.write(cotangent, near(y.shape, factor));
    plan.run();
    return [await plan.read(y), await plan.read(gradient)];
  }

  for (const factor of [1, 1e7, 1e-10]) {
    for (const software of [true, false]) {
      test(`of numbers near ${factor}, with traits of ${software ? 'a CPU' : 'a GPU'}`, async ({ skip }) => {
        needs(await testContext(), skip);
        const exact = await joined(await contextWith({ software }), factor);
        const half = await joined(await contextWith({ software, halfArithmetic: true }), factor);
        for (const [i, want] of exact.entries()) {
          expectClose(`result ${i}`, half[i], want, [want.length], { atol: 3e-3 * largest(want), rtol: 0 });
          expect(half[i]).not.toEqual(want);
        }
      });
    }
  }

  for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
    test(`${wrong} in one pixel spoils the windows that see it, and no others`, async ({ skip }) => {
      needs(await testContext(), skip);
      const tape = createTape();
      const x = tape.leaf('x', f32(2, 3, 9, 8));
      const w = tape.constant('w', [20, 3, 3, 3], distinct(540, 1));
      const y = tape.apply(conv2d, { x, w, b: tape.constant('b', [20], distinct(20, 2)) }, attrs(3));
      const data = distinct(sizeOf(x.shape), 3);
      data[8 * 4 + 5] = wrong;
      const results: Float32Array[] = [];
      for (const halfArithmetic of [false, true]) {
        using plan = await compile(await contextWith({ halfArithmetic }), tape, { keep: [y] });
        plan.write(x, data);
        plan.run();
        results.push(await plan.read(y));
      }
      const [exact, half] = results;
      expect(Array.from(half, Number.isFinite)).toEqual(Array.from(exact, Number.isFinite));
      expect(half.filter(Number.isFinite).length).toBe((2 * 72 - 9) * 20);
      const finite = (of: Float32Array) => of.filter((_, i) => Number.isFinite(exact[i]));
      const want = finite(exact);
      expectClose('the rest', finite(half), want, [want.length], { atol: 3e-3 * largest(want), rtol: 0 });
    });
  }

  test('gradients to weights stay in single precision', async ({ skip }) => {
    needs(await testContext(), skip);
    const tape = createTape();
    const x = tape.leaf('x', f32(2, 8, 16, 12));
    const w = tape.leaf('w', f32(20, 8, 3, 3));
    const y = tape.apply(conv2d, { x, w, b: tape.constant('b', [20], new Float32Array(20)) }, attrs(3));
    const cotangent = tape.leaf('cotangent', y);
    const [dw] = grad(tape, y, [w], { seed: cotangent });
    const results: Float32Array[] = [];
    for (const halfArithmetic of [false, true]) {
      using plan = await compile(await contextWith({ halfArithmetic }), tape, { keep: [dw] });
      plan.write(x, distinct(sizeOf(x.shape), 1));
      plan.write(
        cotangent,
        distinct(sizeOf(y.shape), 2).map((v) => v * 1e-10),
      );
      plan.run();
      results.push(await plan.read(dw));
    }
    expect(largest(results[0])).toBeGreaterThan(0);
    expect(results[1]).toEqual(results[0]);
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
