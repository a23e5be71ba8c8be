// Random nets with fan-out, concatenation, sums, shared blobs and in-place layers: forward and backward against an interpreter
// made of the layers' float64 references.
import { expect, test } from 'vitest';
import { grad } from '../../src/autodiff/grad.js';
import { ShapeError } from '../../src/core/errors.js';
import { createRng, type Rng } from '../../src/core/rng.js';
import { f32, type Shape, sizeOf } from '../../src/core/shape.js';
import { type Layer, type Model, PLAIN, trace, type WeightData } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape } from '../../src/graph/tape.js';
import * as registry from '../../src/kernels/index.js';
import type { RefTensor } from '../../src/kernels/reference.js';
import { layers as table } from '../../src/scene/layers.js';
import { expectClose } from '../support/close.js';
import { testContext } from '../support/device.js';
import { interpret } from '../support/interpret.js';

const modules = { ...registry };
const NETS = 200;
/** Nets per test: a failure names the seed. */
const PER_TEST = 20;

const tensor = (shape: Shape, rng: Rng, scale = 1): WeightData => ({
  shape,
  dtype: 'f32',
  data: Float32Array.from({ length: sizeOf(shape) }, () => (rng.uniform() * 2 - 1) * scale),
});

interface Blob {
  readonly name: string;
  readonly shape: readonly [number, number, number, number];
}

/** A net of 4 to 12 layers whose maps stay small. */
function randomModel(seed: number): Model {
  const rng = createRng(seed);
  const below = (n: number) => Math.floor(rng.uniform() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)];
  const input: Blob = { name: 'data', shape: [1, 1 + below(7), 5 + below(5), 5 + below(5)] };
  const layers: Layer[] = [];
  const weights = new Map<string, WeightData>();
  const blobs: Blob[] = [input];

  const add = (
    type: keyof typeof modules,
    inputs: Blob[],
    attrs: object,
    named: Record<string, WeightData> = {},
    inPlace = false,
  ): Blob => {
    const name = `${type}${layers.length}`;
    const keys = Object.fromEntries(Object.keys(named).map((slot) => [slot, `${name}.${slot}`]));
    for (const [slot, weight] of Object.entries(named)) weights.set(keys[slot], weight);
    const output = inPlace ? inputs[0].name : name;
    layers.push({ name, type, attrs: { ...attrs }, inputs: inputs.map((b) => b.name), output, weights: keys });
    const op = modules[type];
    const own = op.inputs.filter((n) => !(n in keys));
    const shapes = Object.fromEntries(
      inputs.map((b, i) => [op.inputs.length === 0 ? `x${i}` : own[i], f32(...b.shape)]),
    );
    for (const [slot, weight] of Object.entries(named)) shapes[slot] = f32(...weight.shape);
    const infer = op.infer as (specs: typeof shapes, attrs: object) => { shape: Shape };
    const [N, C, H, W] = infer(shapes, attrs).shape;
    const made: Blob = { name: output, shape: [N, C, H, W] };
    if (inPlace) blobs[blobs.findIndex((b) => b.name === output)] = made;
    else blobs.push(made);
    return made;
  };

  const conv = (x: Blob): Blob => {
    const [, C, H, W] = x.shape;
    const group = pick([1, 2, C].filter((g) => C % g === 0));
    const K = group * (1 + below(3));
    const size = [1 + below(Math.min(3, H)), 1 + below(Math.min(3, W))];
    const attrs = {
      stride: [1 + below(2), 1 + below(2)],
      pad: [below(2), below(2), below(2), below(2)],
      dilation: [1, 1],
      group,
    };
    const fan = (C / group) * size[0] * size[1];
    return add('conv2d', [x], attrs, {
      w: tensor([K, C / group, ...size], rng, 1.5 / Math.sqrt(fan)),
      b: tensor([K], rng, 0.3),
    });
  };
  const steps: readonly ((x: Blob) => Blob)[] = [
    conv,
    conv,
    conv,
    (x) => add('relu', [x], { slope: pick([0, 0.1]) }, {}, rng.uniform() < 0.6 && x !== input),
    (x) => add('pointwise', [x], { f: pick(['sigmoid', 'tanh', 'mish', 'elu']), a: 1, b: 1, c: 1 }),
    (x) => add('affine', [x], {}, { scale: tensor([x.shape[1]], rng, 2), shift: tensor([x.shape[1]], rng) }),
    (x) => add('lrn', [x], { size: pick([3, 5]), alpha: 0.5, beta: 0.75, k: 1 }),
    (x) => {
      const { shape } = x;
      const kernel = [1 + below(Math.min(3, shape[2])), 1 + below(Math.min(3, shape[3]))];
      const window = {
        kernel,
        stride: [1 + below(2), 1 + below(2)],
        pad: [0, 0, 0, 0],
        rounding: pick(['floor', 'ceil']),
        global: false,
      };
      return rng.uniform() < 0.5 ? add('maxPool', [x], window) : add('avgPool', [x], { ...window, divisor: 'padded' });
    },
    (x) => {
      const same = blobs.filter((b) => b.shape.join() === x.shape.join());
      const all = [x, pick(same), ...(rng.uniform() < 0.3 ? [pick(same)] : [])];
      return all.length === 2 && rng.uniform() < 0.5
        ? add('add', all, {})
        : add('eltwise', all, { operation: pick(['sum', 'mean', 'product']), coefficients: [] });
    },
    (x) => {
      const fits = blobs.filter((b) => b.shape[2] === x.shape[2] && b.shape[3] === x.shape[3]);
      return add('concat', [x, pick(fits), pick(fits)].slice(0, 2 + below(2)), { axis: 1 });
    },
    (x) => {
      const start = below(x.shape[1]);
      return add('slice', [x], { axis: 1, start, end: start + 1 + below(x.shape[1] - start) });
    },
    (x) => {
      if (x.shape[2] > 9 || x.shape[3] > 9) return conv(x);
      const K = 1 + below(3);
      const attrs = { stride: [2, 1], pad: [0, 0, 0, 0], dilation: [1, 1], group: 1, extra: [0, 0] };
      return add('deconv2d', [x], attrs, { w: tensor([x.shape[1], K, 2, 2], rng, 0.5), b: tensor([K], rng) });
    },
  ];

  for (let wanted = 4 + below(9); layers.length < wanted; ) {
    // Mostly the newest blob, so that nets are deep; an older one makes a branch.
    const x = rng.uniform() < 0.7 ? blobs[blobs.length - 1] : pick(blobs);
    if (sizeOf(x.shape) > 1500) wanted = layers.length;
    else pick(steps)(x);
  }
  if (layers.length === 0) conv(input);
  return { name: `random ${seed}`, input, layers, weights, preprocessing: PLAIN };
}

/** The last layer's output in float64. */
function output(model: Model, image: RefTensor): RefTensor {
  const last = interpret(model, image).get(model.layers[model.layers.length - 1].output);
  if (!last) throw new Error(`${model.name} has no output`);
  return last;
}

/** The last layer on an image of the net's own size, or of a larger one where its branches still fit together there. */
function traced(model: Model, N: number, larger: boolean) {
  const [, C, H, W] = model.input.shape;
  const tape = createTape();
  const image = tape.leaf('image', larger ? f32(N, C, H + 3, W + 2) : f32(N, C, H, W));
  try {
    const y = trace(tape, model, image, table)(model.layers[model.layers.length - 1].name);
    return { tape, image, y, larger };
  } catch (error) {
    if (larger && error instanceof ShapeError) return undefined;
    throw error;
  }
}

async function check(seed: number): Promise<{ kink: boolean; larger: boolean }> {
  const model = randomModel(seed);
  const ctx = await testContext();
  const N = 1 + (seed % 2);
  const net = traced(model, N, seed % 3 === 0) ?? traced(model, N, false);
  if (!net) throw new Error(`${model.name} cannot be traced`);
  const { tape, image, y, larger } = net;
  const { shape } = image;
  const cotangent = tape.leaf('cotangent', y);
  // A net may end in a branch that ignores its input's values only if it never read it: every layer here does.
  const [gradient] = grad(tape, y, [image], { seed: cotangent });
  using plan = await compile(ctx, tape, { keep: [y, gradient] });
  const rng = createRng(seed + 10_000);
  const x = Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform() * 2 - 1);
  const c = Float32Array.from({ length: sizeOf(y.shape) }, () => rng.uniform() * 2 - 1);
  plan.write(image, x);
  if (plan.uses(cotangent)) plan.write(cotangent, c);
  plan.run();
  const forward = await plan.read(y);
  const got = await plan.read(gradient);

  const exact = Float64Array.from(x);
  const want = output(model, { shape, data: exact });
  const scale = want.data.reduce((a, v) => Math.max(a, Math.abs(v)), 1e-3);
  expect(y.shape).toEqual(want.shape);
  expectClose(`${model.name} forward`, forward, want.data, want.shape, { atol: 2e-5 * scale, rtol: 0 });

  // Along random directions: every input takes part.
  const loss = (data: Float64Array) => output(model, { shape, data }).data.reduce((a, v, i) => a + v * c[i], 0);
  for (let trial = 0; trial < 4; trial++) {
    const direction = exact.map(() => rng.uniform() * 2 - 1);
    const along = (h: number) =>
      (loss(exact.map((v, i) => v + h * direction[i])) - loss(exact.map((v, i) => v - h * direction[i]))) / (2 * h);
    const [coarse, fine] = [along(1e-5), along(1e-7)];
    const mine = direction.reduce((a, d, i) => a + d * got[i], 0);
    const size = Math.sqrt(direction.reduce((a, d, i) => a + (d * got[i]) ** 2, 0)) + 1e-3;
    // A ReLU or a pooling that changes its mind within the step has no derivative there: try elsewhere.
    if (Math.abs(coarse - fine) > 1e-4 * size) continue;
    expect([seed, Math.abs(mine - coarse) / size]).toEqual([seed, expect.toSatisfy((e: number) => e < 2e-3)]);
    return { kink: false, larger };
  }
  return { kink: true, larger };
}

for (let first = 1; first <= NETS; first += PER_TEST) {
  test(`random nets ${first} to ${first + PER_TEST - 1}`, async () => {
    let kinks = 0;
    let larger = 0;
    for (let seed = first; seed < first + PER_TEST; seed++) {
      const result = await check(seed);
      if (result.kink) kinks++;
      if (result.larger) larger++;
    }
    expect(larger).toBeGreaterThan(1);
    expect(kinks).toBeLessThan(PER_TEST / 4);
  }, 120_000);
}
