// Adversarial images: those of a float64 attack with the same random start, within their balls, each by itself.
import { describe, expect, test } from 'vitest';
import { grad } from '../../src/autodiff/grad.js';
import { createRng } from '../../src/core/rng.js';
import { f32 } from '../../src/core/shape.js';
import { type Model, type Preprocessing, weightsAsF32 } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Tape, type Value } from '../../src/graph/tape.js';
import { importCaffe } from '../../src/importers/index.js';
import { ref as drawn } from '../../src/kernels/random/random.ref.js';
import { openNet } from '../../src/scene/openNet.js';
import { createRandom } from '../../src/scene/random.js';
import { type Attack, attacked } from '../../train/attack.js';
import { worldSet } from '../../train/data.js';
import { crossEntropy } from '../../train/losses.js';
import { netOn, traceNet, writeWeights } from '../../train/net.js';
import { accuracyUnder, confusion } from '../../train/tasks/classifier.js';
import { expectClose } from '../support/close.js';
import { testContext } from '../support/device.js';

const preprocessing: Preprocessing = {
  order: 'bgr',
  mean: [110, 115, 120],
  scale: 1 / 64,
  fit: 'crop',
  stated: true,
};
const [C, H, W] = [3, 5, 4];
const SIZE = C * H * W;
const model: Model = importCaffe(
  `name: "small" input: "data" input_dim: 1 input_dim: ${C} input_dim: ${H} input_dim: ${W}
  layer { name: "fc1" type: "InnerProduct" bottom: "data" top: "fc1" inner_product_param { num_output: 9 weight_filler { type: "msra" } } }
  layer { name: "relu1" type: "ReLU" bottom: "fc1" top: "fc1" }
  layer { name: "fc2" type: "InnerProduct" bottom: "fc1" top: "fc2" inner_product_param { num_output: 4 weight_filler { type: "msra" } } }`,
  undefined,
  { seededWeights: 2, preprocessing },
);
const attack: Attack = { radius: 0.3, steps: 3, stepLength: 0.7 };
/** The radius in the net's input. */
const FAR = (0.3 * 255) / 64;
const low = (i: number): number => -[110, 115, 120][Math.floor(i / (H * W))] / 64;

const rng = createRng(7);
/** Some at the edge of what a picture can show. */
const images = Array.from({ length: 3 }, () =>
  Float32Array.from(
    { length: SIZE },
    (_, i) => low(i) + (255 / 64) * Math.min(1, Math.max(0, 1.4 * rng.uniform() - 0.2)),
  ),
);
const labels = [2, 0, 3];
const seeds = [11, 4, 95];
const STEP = 6;

const weight = (key: string): Float64Array => {
  const data = model.weights.get(key);
  if (!data) throw new Error(key);
  return Float64Array.from(weightsAsF32(data));
};

/** The cross entropy of one image and its gradient, in plain loops. */
function lossOf(x: Float64Array, label: number): { loss: number; gradient: Float64Array } {
  const [w1, b1, w2, b2] = ['fc1.w', 'fc1.b', 'fc2.w', 'fc2.b'].map(weight);
  const before = b1.map((b, m) => x.reduce((sum, v, i) => sum + w1[m * SIZE + i] * v, b));
  const hidden = before.map((v) => Math.max(v, 0));
  const logits = b2.map((b, k) => hidden.reduce((sum, v, m) => sum + w2[k * hidden.length + m] * v, b));
  const sum = logits.reduce((s, v) => s + Math.exp(v), 0);
  const dLogits = logits.map((v, k) => Math.exp(v) / sum - (k === label ? 1 : 0));
  const dHidden = hidden.map((v, m) => (v > 0 ? dLogits.reduce((s, d, k) => s + d * w2[k * hidden.length + m], 0) : 0));
  const gradient = x.map((_, i) => dHidden.reduce((s, d, m) => s + d * w1[m * SIZE + i], 0));
  return { loss: Math.log(sum) - logits[label], gradient };
}

const norm = (x: Float64Array): number => Math.sqrt(x.reduce((s, v) => s + v * v, 0));

/** The attack on one image in float64. */
function reference(image: Float32Array, label: number, seed: number): Float64Array {
  const normal = drawn([seed], STEP, SIZE, { distribution: 'normal', stream: 0 });
  const [share] = drawn([seed], STEP, 1, { distribution: 'uniform', stream: 1 });
  const shown = (x: Float64Array) => x.map((v, i) => Math.min(Math.max(v, low(i)), low(i) + 255 / 64));
  let x = shown(normal.map((v, i) => image[i] + (FAR * share * v) / norm(normal)));
  for (let step = 0; step < attack.steps; step++) {
    const { gradient } = lossOf(x, label);
    const away = x.map((v, i) => v + (0.7 * FAR * gradient[i]) / norm(gradient) - image[i]);
    const kept = Math.min(1, FAR / norm(away));
    x = shown(away.map((v, i) => image[i] + kept * v));
  }
  return x;
}

/** The images at some places after the attack. */
async function attackOn(places: readonly number[], how: Attack = attack): Promise<Float32Array> {
  const N = places.length;
  const tape = createTape();
  const image = tape.leaf('images', f32(N, C, H, W));
  const moved = attacked(tape, how, on(tape, image, places));
  using plan = await compile(await testContext(), tape, { keep: [moved] });
  plan.write(image, Float32Array.from(places.flatMap((n) => [...images[n]])));
  plan.run();
  return plan.read(moved);
}

function on(tape: Tape, image: Value, places: readonly number[]) {
  const N = places.length;
  const own = tape.constant(
    'seeds',
    [N],
    Uint32Array.from(places, (n) => seeds[n]),
  );
  const step = tape.constant('step', [1], Uint32Array.of(STEP));
  const wanted = tape.constant(
    'labels',
    [N],
    Float32Array.from(places, (n) => labels[n]),
  );
  return {
    image,
    preprocessing,
    random: createRandom(
      tape,
      () => own,
      () => step,
    ),
    lossOf: (x: Value) => crossEntropy(tape, openNet(model, { tape, image: x }).at('fc2'), wanted),
  };
}

describe('an attack', () => {
  test('gives the images of float64', async () => {
    const moved = await attackOn([0, 1, 2]);
    for (const [n, image] of images.entries()) {
      const want = reference(image, labels[n], seeds[n]);
      const row = moved.subarray(n * SIZE, (n + 1) * SIZE);
      expectClose(`image ${n}`, row, want, [C, H, W], { atol: 1e-4, rtol: 0 });
    }
  });

  test('stays within the ball and within what a picture can show, and raises the loss', async () => {
    for (const steps of [1, 10]) {
      const moved = await attackOn([0, 1, 2], { ...attack, steps });
      for (const [n, image] of images.entries()) {
        const x = Float64Array.from(moved.subarray(n * SIZE, (n + 1) * SIZE));
        expect(norm(x.map((v, i) => v - image[i]))).toBeLessThan(FAR * (1 + 1e-5));
        for (const [i, v] of x.entries()) {
          expect(v).toBeGreaterThan(low(i) - 1e-6);
          expect(v).toBeLessThan(low(i) + 255 / 64 + 1e-6);
        }
        const before = lossOf(Float64Array.from(image), labels[n]).loss;
        expect(lossOf(x, labels[n]).loss, `image ${n}, ${steps} steps`).toBeGreaterThan(before + 0.05);
      }
    }
  });

  test('an image is moved the same way whatever is beside it, and alone', async () => {
    const together = await attackOn([0, 1, 2]);
    const row = (moved: Float32Array, n: number) => moved.slice(n * SIZE, (n + 1) * SIZE);
    for (const order of [
      [2, 0, 1],
      [1, 1, 0],
    ]) {
      const moved = await attackOn(order);
      for (const [n, place] of order.entries()) expect(row(moved, n), `${order}: ${n}`).toEqual(row(together, place));
    }
    // A batch of one sums its rows in another order.
    for (const n of [0, 1, 2])
      expectClose(`image ${n}`, await attackOn([n]), row(together, n), [C, H, W], { atol: 1e-4, rtol: 0 });
  });

  test('is no part of what is learned: weights get the gradient at images that are given', async () => {
    const tape = createTape();
    const image = tape.leaf('images', f32(3, C, H, W));
    const given = tape.leaf('given', f32(3, C, H, W));
    const net = netOn(tape, model);
    const { lossOf: _, ...place } = on(tape, image, [0, 1, 2]);
    const wanted = tape.constant('labels', [3], Float32Array.from(labels));
    const loss = (x: Value) => crossEntropy(tape, traceNet(tape, net, x)('fc2'), wanted);
    const moved = attacked(tape, attack, { ...place, lossOf: loss });
    const ones = tape.constant('ones', [3], new Float32Array(3).fill(1));
    const weights = [...net.weights.values()];
    const through = grad(tape, loss(moved), weights, { seed: ones });
    const at = grad(tape, loss(given), weights, { seed: ones });
    using plan = await compile(await testContext(), tape, { keep: [moved, ...through, ...at] });
    writeWeights(plan, net);
    plan.write(image, Float32Array.from(images.flatMap((x) => [...x])));
    plan.run();
    plan.write(given, await plan.read(moved));
    plan.run();
    for (const [i, gradient] of through.entries()) {
      const numbers = await plan.read(gradient);
      expect(numbers.some((v) => v !== 0)).toBe(true);
      expect(numbers, weights[i].label).toEqual(await plan.read(at[i]));
    }
  });

  test.each([
    ['a radius of zero', { radius: 0 }, preprocessing, /attack.radius: must be a finite number above 0, got 0/],
    ['half a step', { steps: 1.5 }, preprocessing, /attack.steps: must be a whole number, got 1.5/],
    ['steps without length', { stepLength: Number.NaN }, preprocessing, /attack.stepLength: .* got NaN/],
    [
      'channels of different scale',
      {},
      { ...preprocessing, scale: [1, 1, 2] },
      /preprocessing.scale: must be one number above 0 for an attack, got 1,1,2/,
    ],
  ] as const)('%s is refused', (_, own, how, message) => {
    const tape = createTape();
    const place = { ...on(tape, tape.leaf('images', f32(1, C, H, W)), [0]), preprocessing: how };
    expect(() => attacked(tape, { ...attack, ...own }, place)).toThrow(message);
  });
});

test('accuracy under attack counts every image once, and is less the further the attack goes', async () => {
  const ctx = await testContext();
  const wide = importCaffe(
    `name: "wide" input: "data" input_dim: 1 input_dim: 3 input_dim: 64 input_dim: 64
    layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 4 kernel_size: 9 stride: 8 weight_filler { type: "msra" } } }
    layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
    layer { name: "fc2" type: "InnerProduct" bottom: "conv1" top: "fc2" inner_product_param { num_output: 20 weight_filler { type: "msra" } } }
    layer { name: "prob" type: "Softmax" bottom: "fc2" top: "prob" }`,
    undefined,
    { seededWeights: 1, preprocessing },
  );
  // One more than a batch: the second holds a single image.
  const set = { ...(await worldSet(9, 200)), length: 101 };
  const { accuracy } = await confusion(ctx, wide, set);
  const under = (radius: number) => accuracyUnder(ctx, { radius, steps: 2, stepLength: 0.7 }, wide, set);
  expect(accuracy).toBeGreaterThan(0);
  // So near that no answer changes.
  expect(await under(1e-6)).toBe(accuracy);
  const some = await under(0.2);
  expect(some).toBeLessThan(accuracy);
  expect(await under(2)).toBeLessThan(some);
});
