// A unit computed from what it sees equals the unit of the whole layer, and so does its gradient.
import { expect, test } from 'vitest';
import { focus } from '../../src/autodiff/focus.js';
import { grad } from '../../src/autodiff/grad.js';
import { f32, sizeOf } from '../../src/core/shape.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Tape, type Value, variadic } from '../../src/graph/tape.js';
import { op as add } from '../../src/kernels/add/index.js';
import { op as avgPool } from '../../src/kernels/avgPool/index.js';
import { op as concat } from '../../src/kernels/concat/index.js';
import { op as conv2d } from '../../src/kernels/conv2d/index.js';
import { op as lrn } from '../../src/kernels/lrn/index.js';
import { op as maxPool } from '../../src/kernels/maxPool/index.js';
import { op as relu } from '../../src/kernels/relu/index.js';
import { op as select } from '../../src/kernels/select/index.js';
import { unitOf } from '../../src/scene/unit.js';
import { expectClose } from '../support/close.js';
import { testContext } from '../support/device.js';
import { distinct } from '../support/op.js';

/** The kinds of layers through which a window reaches, at odd sizes, with fan-out, overhanging pools and dilation. */
function net(tape: Tape, image: Value): Value {
  let seed = 10;
  const conv = (x: Value, K: number, size: number, stride = 1, pad = 0, group = 1, dilation = 1): Value => {
    const shape = [K, x.shape[1] / group, size, size];
    const w = tape.constant('w', shape, distinct(sizeOf(shape), seed++));
    const b = tape.constant('b', [K], distinct(K, seed++));
    const attrs = {
      stride: [stride, stride],
      pad: [pad, pad, pad, pad],
      dilation: [dilation, dilation],
      group,
    } as const;
    return tape.apply(conv2d, { x, w, b }, attrs);
  };
  const act = (x: Value) => tape.apply(relu, { x }, { slope: 0.1 });
  const pool = (x: Value, size: number, stride: number, pad: number, rounding: 'floor' | 'ceil') =>
    tape.apply(
      maxPool,
      { x },
      { kernel: [size, size], stride: [stride, stride], pad: [pad, pad, pad, pad], rounding, global: false },
    );
  let x = act(conv(image, 6, 5, 2, 1));
  x = pool(x, 3, 2, 0, 'ceil');
  x = tape.apply(lrn, { x }, { size: 3, alpha: 0.5, beta: 0.75, k: 1 });
  const branches = [
    act(conv(x, 4, 1)),
    act(conv(act(conv(x, 5, 1)), 6, 3, 1, 1)),
    conv(pool(x, 3, 1, 1, 'floor'), 2, 1),
  ];
  const joined = tape.apply(concat, variadic(branches), { axis: 1 });
  const residual = tape.apply(add, { a: joined, b: act(conv(joined, 12, 3, 1, 2, 2, 2)) }, {});
  return conv(pool(residual, 3, 2, 1, 'ceil'), 7, 3, 1, 1);
}

test.each([
  ['centre', [33, 29], undefined],
  ['corner', [33, 29], [0, 0]],
  ['far corner, larger image', [65, 71], 'last'],
  ['inside, larger image', [90, 101], [6, 3]],
] as const)('%s', async (_, [H, W], where) => {
  const ctx = await testContext();
  const tape = createTape();
  const image = tape.leaf('image', f32(2, 3, H, W));
  const layer = net(tape, image);
  const [, , P, Q] = layer.shape;
  const [y, x] = where === 'last' ? [P - 1, Q - 1] : (where ?? [P >> 1, Q >> 1]);
  const index = (4 * P + y) * Q + x;
  const seed = tape.leaf('seed', f32(2));
  const full = tape.apply(select, { x: layer }, { index });
  const [fullGradient] = grad(tape, full, [image], { seed });
  const seen = unitOf(tape, layer, { channel: 4, at: [y, x], index });
  const [gradient] = grad(tape, seen, [image], { seed });
  const half = unitOf(tape, layer, { channel: 4, at: [y, x], index }, { wholeFrom: 0.5 });
  const [halfGradient] = grad(tape, half, [image], { seed });
  using plan = await compile(ctx, tape, { keep: [full, fullGradient, seen, gradient, half, halfGradient] });
  plan.write(image, distinct(sizeOf(image.shape), 3));
  plan.write(seed, Float32Array.of(1, -2));
  plan.run();
  const tolerance = { atol: 1e-5, rtol: 1e-5 };
  const want = await plan.read(full);
  const wantGradient = await plan.read(fullGradient);
  expect(wantGradient.some((v) => v !== 0)).toBe(true);
  expectClose('unit', await plan.read(seen), want, [2], tolerance);
  expectClose('gradient', await plan.read(gradient), wantGradient, image.shape, tolerance);
  expectClose('unit, by halves', await plan.read(half), want, [2], tolerance);
  expectClose('gradient, by halves', await plan.read(halfGradient), wantGradient, image.shape, tolerance);
});

test('a small window costs a small part of the net', async () => {
  const ctx = await testContext();
  const memory = async (focused: boolean) => {
    const tape = createTape();
    const image = tape.leaf('image', f32(1, 3, 121, 121));
    const layer = net(tape, image);
    const [, , P, Q] = layer.shape;
    const [y, x] = [P >> 1, Q >> 1];
    const index = (4 * P + y) * Q + x;
    const value = focused
      ? unitOf(tape, layer, { channel: 4, at: [y, x], index })
      : tape.apply(select, { x: layer }, { index });
    using plan = await compile(ctx, tape, { keep: [value] });
    return plan.memory.activations.naive;
  };
  expect(await memory(true)).toBeLessThan(0.7 * (await memory(false)));
});

test('what cannot be cut is computed whole', async () => {
  const ctx = await testContext();
  const tape = createTape();
  const image = tape.leaf('image', f32(1, 2, 9, 9));
  const pool = { kernel: [3, 3], stride: [2, 2], pad: [0, 0, 0, 0], rounding: 'floor', global: false } as const;
  const layer = tape.apply(avgPool, { x: image }, { ...pool, divisor: 'padded' });
  const point = focus(tape, layer, { top: 1, left: 2, bottom: 2, right: 3 });
  expect(point.shape).toEqual([1, 2, 1, 1]);
  using plan = await compile(ctx, tape, { keep: [point, layer] });
  plan.write(image, distinct(162, 1));
  plan.run();
  const all = await plan.read(layer);
  expect([...(await plan.read(point))]).toEqual([all[6], all[16 + 6]]);
});

test('a region outside the map is refused', () => {
  const tape = createTape();
  const image = tape.leaf('image', f32(1, 2, 9, 9));
  expect(() => focus(tape, image, { top: 0, left: 0, bottom: 10, right: 9 })).toThrow('is outside [1,2,9,9]');
});
