// Inversions step for step beside loops in float64 that share no code with the library's parts: plain loops for the net, its codes and the
// penalties, central differences for the gradient, on images of odd, unequal sides, two at once.
import { expect, test } from 'vitest';
import { type Model, PLAIN, type WeightData } from '../src/graph/model.js';
import { ref as convolve } from '../src/kernels/conv2d/conv2d.ref.js';
import { irfft2Ref, rfft2Ref } from '../src/kernels/fft/fft.ref.js';
import { fastSize, halfOf } from '../src/kernels/fft/index.js';
import { fill, get, type RefTensor } from '../src/kernels/reference.js';
import { inversionStudy } from '../src/methods/invert.js';
import { momentumRef, unitLengthRef } from '../src/optim/rules.ref.js';
import { coloursRef, fourierRef, toNetRef } from '../src/params/params.ref.js';
import { type ImageSpace, spaceOf } from '../src/scene/space.js';
import { colourFactor, type ImageStatistics, magnitudeAt } from '../src/scene/statistics.js';
import { parts } from '../src/synthesize/parts.js';
import { resolve } from '../src/synthesize/study.js';
import { synthesize } from '../src/synthesize/synthesize.js';
import { testContext } from './support/device.js';
import { distinct } from './support/op.js';

const [H, W] = [9, 7];
const SIZE = 3 * H * W;
const SEEDS = [7, 3];
const MEAN = [104, 117, 123];
const attrs = { pad: [1, 1, 1, 1], dilation: [1, 1], group: 1 } as const;
const tensor = (...shape: number[]): WeightData => {
  const n = shape.reduce((a, b) => a * b, 1);
  return { shape, dtype: 'f32', data: distinct(n, n).map((v) => (v * 2) / Math.sqrt(n / shape[0])) };
};
const weights = new Map([
  ['w1', tensor(6, 3, 3, 3)],
  ['b1', tensor(6)],
  ['w2', tensor(5, 6, 3, 3)],
  ['b2', tensor(5)],
]);
const conv = (name: string, from: string, stride: number, i: number) => ({
  name,
  type: 'conv2d',
  attrs: { stride: [stride, stride], ...attrs },
  inputs: [from],
  output: name,
  weights: { w: `w${i}`, b: `b${i}` },
});
/** conv1 and a ReLU of 9×7, conv2 of 5×4. */
const model: Model = {
  name: 'small',
  input: { name: 'data', shape: [1, 3, H, W] },
  layers: [
    conv('conv1', 'data', 1, 1),
    { name: 'relu1', type: 'relu', attrs: { slope: 0 }, inputs: ['conv1'], output: 'relu1', weights: {} },
    conv('conv2', 'relu1', 2, 2),
  ],
  weights,
  preprocessing: { ...PLAIN, order: 'bgr', mean: MEAN, stated: true },
};
const weight = (key: string): RefTensor => {
  const { shape, data } = weights.get(key) ?? { shape: [], data: [] };
  return { shape, data: Float64Array.from(data) };
};
/** Numbers of a layer for one image, mean-subtracted. */
function codeOf(layer: string, image: Float64Array): Float64Array {
  const x = { shape: [1, 3, H, W], data: image };
  const relu1 = convolve({ x, w: weight('w1'), b: weight('b1') }, { stride: [1, 1], ...attrs, relu: 0 });
  if (layer === 'relu1') return relu1.data;
  return convolve({ x: relu1, w: weight('w2'), b: weight('b2') }, { stride: [2, 2], ...attrs }).data;
}

/** Two pictures, mean-subtracted. */
const pictures = [5, 6].map((salt) => distinct(SIZE, salt).map((v) => 70 * v));
const square = (v: ArrayLike<number>) => Array.from(v).reduce((sum, x) => sum + x * x, 0);

/** Statistics of pictures that never were: 1/f, with colours that vary mostly together. */
const toy: ImageStatistics = {
  source: 'made up',
  count: 1,
  size: [H, W],
  mean: Float32Array.of(0.5, 0.45, 0.4),
  covariance: Float32Array.of(0.07, 0.05, 0.04, 0.05, 0.06, 0.05, 0.04, 0.05, 0.07),
  magnitude: Float32Array.from({ length: 3 * H * 4 }, (_, i) => {
    const [y, x] = [Math.floor(i / 4) % H, i % 4];
    return 1 / Math.max(1, Math.hypot(Math.min(y, H - y), x));
  }),
  coarse: { size: [1, 1], mean: Float32Array.of(0.5, 0.45, 0.4), factor: Float32Array.of(0.1, 0.1, 0.05) },
};

/** E of an image beside its picture without penalties, over what `counts` says of a unit's place in the code. */
function codeError(layer: string, image: Float64Array, picture: Float32Array, counts: (i: number) => boolean): number {
  const target = codeOf(layer, Float64Array.from(picture)).filter((_, i) => counts(i));
  const own = codeOf(layer, image).filter((_, i) => counts(i));
  return square(own.map((v, i) => v - target[i])) / square(target);
}

/** Σ dx² + dy², forward, nothing beyond the last column and row. */
function variation(x: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < SIZE; i++) {
    const [row, column] = [Math.floor(i / W) % H, i % W];
    if (column < W - 1) sum += (x[i + 1] - x[i]) ** 2;
    if (row < H - 1) sum += (x[i + W] - x[i]) ** 2;
  }
  return sum;
}

const slope = (f: (v: Float64Array) => number, v: Float64Array, h: number): Float64Array =>
  v.map((own, i) => {
    const at = (value: number) => f(v.map((other, k) => (k === i ? value : other)));
    return (at(own + h) - at(own - h)) / (2 * h);
  });

/** One image of each run of a preset, and what the records say. */
async function made(layer: string, preset: string, steps: number, more: object = {}) {
  const study = inversionStudy(model, { layer, preset, seeds: SEEDS, steps, statistics: 'toy', ...more });
  const { params } = resolve(study, parts);
  const space = spaceOf(model, undefined, { statistics: { toy } });
  const starts = SEEDS.map((seed) => Float64Array.from(params.start(space, seed)[0]));
  const run = synthesize(await testContext(), model, study, {
    statistics: { toy },
    references: { references: pictures },
  });
  let next = await run.next();
  while (!next.done) next = await run.next();
  const { images, records } = next.value;
  return {
    starts,
    space,
    objectives: records.map((rows) => rows.map((row) => row.objective)),
    images: SEEDS.map((_, n) => images.subarray(n * SIZE, (n + 1) * SIZE)),
  };
}

function expectAlike(what: string, got: Float32Array, want: Float64Array, within: number): void {
  const off = want.map((w, i) => Math.abs(w - got[i]));
  const moved = Math.max(...off);
  console.log(what, 'greatest difference of a pixel', moved.toPrecision(3), 'of 255');
  expect(moved).toBeLessThan(within);
}

const all = () => true;

test.each([
  ['relu1', 100],
  ['conv2', 100],
] as const)('mahendran of %s takes the steps of invert_nn.m in float64, λ_TV %d', async (layer, lambda) => {
  const { starts, objectives, images } = await made(layer, 'mahendran', 11);
  // Three phases of 3, 5 and 3 steps: the last step of a phase records its image and leaves it as it is.
  const rates = [1, 1, 0.1, 0.1, 0.1, 0.1, 0.01, 0.01].map((share) => 0.004 * share);
  const recordedAt = [0, 1, 3, 4, 5, 6, 8, 9];
  const sigma2 = SIZE * (0.268 * 255) ** 2;
  for (const [n, start] of starts.entries()) {
    // The noise has the pictures' norm.
    expect(square(start) / sigma2).toBeGreaterThan(0.7);
    expect(square(start) / sigma2).toBeLessThan(1.3);
    let x = start;
    let m = new Float64Array(SIZE);
    for (const [t, lr] of rates.entries()) {
      if (lr !== rates[t - 1]) m = new Float64Array(SIZE);
      expect(objectives[n][recordedAt[t]]).toBeCloseTo(-codeError(layer, x, pictures[n], all), 4);
      const regularized = (v: Float64Array) =>
        (lambda / 2) * variation(v) + (8e-10 / 2) * v.reduce((sum, own) => sum + own ** 6, 0);
      const loss = slope((v) => codeError(layer, v, pictures[n], all), x, 1e-3);
      const penalty = slope(regularized, x, 1e-3);
      m = m.map((own, i) => 0.9 * own - lr * penalty[i] - lr * sigma2 * loss[i]);
      x = x.map((own, i) => own + m[i]);
    }
    expectAlike(`mahendran ${layer}`, images[n], x, 0.02);
  }
});

/** −E less the penalties that the presets of this library have in the third group. */
const raised = (layer: string, picture: Float32Array, counts: (i: number) => boolean) => (x: Float64Array) => {
  const sigma2 = SIZE * (0.268 * 255) ** 2;
  const norm = x.reduce((sum, v) => sum + v ** 6, 0);
  return -codeError(layer, x, picture, counts) - ((6 / 2) * variation(x) + (8e-10 / 2) * norm) / sigma2;
};

/** Goes up with unit length and momentum, the rate falling to none. */
function climbed(
  v: Float64Array,
  up: (v: Float64Array) => Float64Array,
  rate: number,
  steps: number,
  after: (v: Float64Array) => Float64Array,
) {
  const [unit, velocity] = [unitLengthRef(), momentumRef({ momentum: 0.9, weightDecay: 0 })];
  let at = v;
  // The image of the last step is the one before its update.
  for (let t = 0; t < steps - 1; t++) {
    const d = velocity(at, unit(at, up(at), t), t);
    at = after(at.map((own, i) => own + rate * (1 - t / steps) * d[i]));
  }
  return at;
}

test('inversionFourier of some units takes the steps of a loop in float64', async () => {
  const steps = 4;
  // Channels 1 and 3, rows 1–3 and columns 0–2 of the 5×4 places.
  const counts = (i: number) => {
    const [c, y, x] = [Math.floor(i / 20), Math.floor(i / 4) % 5, i % 4];
    return (c === 1 || c === 3) && y >= 1 && y < 4 && x < 3;
  };
  const subset = { channels: [1, 3], places: [1, 0, 4, 3] };
  const { starts, space, images } = await made('conv2', 'inversionFourier', steps, subset);
  const shape = [1, 3, H, halfOf(W), 2];
  const imageOf = (data: Float64Array) =>
    toNetRef(coloursRef(fourierRef({ shape, data }, W, 1), { colour: 'decorrelated', range: [0, 1] }), space).data;
  for (const [n, start] of starts.entries()) {
    const f = raised('conv2', pictures[n], counts);
    const z = climbed(
      start,
      (v) => slope((own) => f(imageOf(own)), v, 1e-4),
      Math.sqrt(H * W) / 64,
      steps,
      (v) => v,
    );
    expectAlike('inversionFourier', images[n], imageOf(z), 0.02);
  }
});

/** L·F⁻¹·m²·F·Lᵀ of a gradient of an image in blue, green and red. */
function weighed(g: Float64Array, space: ImageSpace): Float64Array {
  const [CH, CW] = [fastSize(H), fastSize(W)];
  const L = colourFactor(toy);
  const from = { shape: [1, 3, H, W], data: g };
  const places = space.colours();
  const mixed = fill([1, 3, CH, CW], (_, c, y, x) =>
    y < H && x < W ? [0, 1, 2].reduce((sum, k) => sum + L[3 * k + c] * get(from, 0, places[k], y, x), 0) : 0,
  );
  const magnitude = magnitudeAt(toy, [CH, CW]);
  const most = Math.max(...magnitude);
  const z = rfft2Ref({ x: mixed });
  const scaled = fill(
    z.shape,
    (n, c, y, x, part) => get(z, n, c, y, x, part) * (magnitude[(c * CH + y) * halfOf(CW) + x] / most) ** 1.5,
  );
  const back = irfft2Ref({ z: scaled }, { W: CW });
  return fill(from.shape, (n, k, y, x) => {
    const colour = places.indexOf(k);
    return [0, 1, 2].reduce((sum, c) => sum + L[3 * colour + c] * get(back, n, c, y, x), 0);
  }).data;
}

test('inversionSpectrum takes the steps of a loop in float64', async () => {
  const steps = 4;
  const { starts, space, images } = await made('conv2', 'inversionSpectrum', steps);
  const inRange = (v: Float64Array) =>
    v.map((own, i) => Math.min(255, Math.max(0, own + space.mean[i])) - space.mean[i]);
  for (const [n, start] of starts.entries()) {
    const f = raised('conv2', pictures[n], all);
    const x = climbed(start, (v) => weighed(slope(f, v, 1e-3), space), 0.003 * 255 * Math.sqrt(SIZE), steps, inRange);
    expectAlike('inversionSpectrum', images[n], x, 0.02);
  }
});

test('an image of a batch is the one that its picture and seed give alone', async () => {
  const [both] = [await made('conv2', 'inversionFourier', 5)];
  const study = inversionStudy(model, { layer: 'conv2', preset: 'inversionFourier', seeds: [SEEDS[1]], steps: 5 });
  const run = synthesize(await testContext(), model, study, { references: { references: pictures[1] } });
  let next = await run.next();
  while (!next.done) next = await run.next();
  expect(next.value.images).toEqual(Float32Array.from(both.images[1]));
});
