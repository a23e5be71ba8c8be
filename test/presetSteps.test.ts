// Presets step for step beside a loop in float64 that shares no code with the library's: plain loops for parameterization, motions, net
// and update rule, and central differences for the gradient.
import { expect, test } from 'vitest';
import { dispose } from '../src/core/dispose.js';
import { ref as sample } from '../src/kernels/affineSample/affineSample.ref.js';
import type { Attrs as MotionAttrs } from '../src/kernels/motion/index.js';
import { ref as motion } from '../src/kernels/motion/motion.ref.js';
import { ref as random } from '../src/kernels/random/random.ref.js';
import type { RefTensor } from '../src/kernels/reference.js';
import { preferredStudy } from '../src/methods/preferred.js';
import { smallNet } from '../src/objectives/smallNet.ref.js';
import { adamRef } from '../src/optim/rules.ref.js';
import { coloursRef, fourierRef, macoRef, toNetRef } from '../src/params/params.ref.js';
import { type ImageSpace, spaceOf } from '../src/scene/space.js';
import { colourFactor, type ImageStatistics, magnitudeAt } from '../src/scene/statistics.js';
import { parts } from '../src/synthesize/parts.js';
import { createRun } from '../src/synthesize/run.js';
import { resolve } from '../src/synthesize/study.js';
import { testContext } from './support/device.js';
import { distinct } from './support/op.js';

const SIDE = 11;
const SEED = 7;
const STEPS = 2;
const CLASS = 2;
const net = smallNet(4, 3, (n) => distinct(n, n));

/** Statistics of pictures that never were: 1/f, with colours that vary mostly together. */
const toy: ImageStatistics = {
  source: 'made up',
  count: 1,
  size: [SIDE, SIDE],
  mean: Float32Array.of(0.5, 0.45, 0.4),
  covariance: Float32Array.of(0.07, 0.05, 0.04, 0.05, 0.06, 0.05, 0.04, 0.05, 0.07),
  magnitude: Float32Array.from({ length: 3 * SIDE * 6 }, (_, i) => {
    const [y, x] = [Math.floor(i / 6) % SIDE, i % 6];
    return 1 / Math.max(1, Math.hypot(Math.min(y, SIDE - y), x));
  }),
  coarse: { size: [1, 1], mean: Float32Array.of(0.5, 0.45, 0.4), factor: new Float32Array(3) },
};
const statistics = { toy };

/** What a preset's image is of its variable, in float64. */
type Image = (variable: RefTensor, space: ImageSpace) => RefTensor;

const lucidImage: Image = (z, space) =>
  toNetRef(coloursRef(fourierRef(z, SIDE, 1), { colour: 'decorrelated', range: [0, 1] }), space);

const macoImage: Image = (phase, space) => {
  const magnitude = { shape: [3, SIDE, 6], data: Float64Array.from(magnitudeAt(toy, [SIDE, SIDE])) };
  const t = macoRef(phase, magnitude, SIDE, 1e-5);
  const L = colourFactor(toy);
  const plane = SIDE * SIDE;
  const data = new Float64Array(3 * plane);
  for (let k = 0; k < 3; k++) {
    const mean = toy.mean[k];
    for (let i = 0; i < plane; i++) {
      let v = Math.log(mean / (1 - mean));
      for (let c = 0; c < 3; c++) v += 4 * L[3 * k + c] * t.data[c * plane + i];
      data[k * plane + i] = 1 / (1 + Math.exp(-v));
    }
  }
  return toNetRef({ shape: [1, 3, SIDE, SIDE], data }, space);
};

/** The transforms of a preset in float64: motions of one sampling, and the size of the canvas that they end with. */
interface Moves {
  readonly motions: readonly MotionAttrs[];
  readonly border: 'zero' | 'reflect';
  readonly canvas: number;
}

function shown(image: RefTensor, step: number, { motions, border, canvas }: Moves): RefTensor {
  const still: RefTensor = { shape: [1, 6], data: Float64Array.of(1, 0, 0, 0, 1, 0) };
  const theta = motions.reduce((before, attrs, stream) => {
    const draws = { shape: [1, 5], data: random([SEED], step, 5, { distribution: 'uniform', stream }) };
    return motion({ theta: before, draws }, attrs);
  }, still);
  const factor = canvas / SIDE;
  const data = theta.data.map((v, i) => (i % 3 === 2 ? v : v * factor));
  return sample({ x: image, theta: { shape: [1, 6], data } }, { border });
}

const gentle = (reach: number): Moves => ({
  motions: [{ shiftY: reach, shiftX: reach }, { low: 0.92, high: 1.08 }, { angle: 7 }],
  border: 'reflect',
  canvas: SIDE,
});

test.each<readonly [string, Image, Moves, number]>([
  [
    'lucid',
    lucidImage,
    {
      motions: [
        { shiftY: 4, shiftX: 4, whole: true },
        { low: 0.9, high: 1.1 },
        { angle: 10 },
        { shiftY: 2, shiftX: 2, whole: true },
      ],
      border: 'zero',
      canvas: SIDE + 24,
    },
    0.05,
  ],
  ['maco', macoImage, gentle(Math.round(SIDE * 0.055)), 0.1],
])('%s takes the steps of a loop in float64', async (preset, imageOf, moves, lr) => {
  const study = preferredStudy(net.model, {
    unit: `fc8:${CLASS}`,
    preset,
    statistics: 'toy',
    seeds: [SEED],
    steps: STEPS + 1,
  });
  const space = spaceOf(net.model, undefined, { statistics });
  const { params } = resolve(study, parts);
  const [{ shape }] = params.variables([1, 3, SIDE, SIDE], space);
  const [start] = params.start(space, SEED);

  let v = Float64Array.from(start);
  const objective = (data: Float64Array, step: number): number =>
    net.layers(shown(imageOf({ shape, data }, space), step, moves).data)('fc8', 0)[CLASS][0];
  const rule = adamRef({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 });
  const objectives: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    const h = 1e-4;
    objectives.push(objective(v, step));
    const g = v.map((own, i) => {
      const at = (value: number) =>
        objective(
          v.map((other, k) => (k === i ? value : other)),
          step,
        );
      return (at(own + h) - at(own - h)) / (2 * h);
    });
    const d = rule(v, g, step);
    v = v.map((own, i) => own + lr * d[i]);
  }
  const want = imageOf({ shape, data: v }, space).data;

  const run = await createRun(await testContext(), net.model, { recipe: study, compose: (s) => s }, { statistics });
  run.run(STEPS);
  const [records] = await run.records();
  const got = await run.read('last');
  run[dispose]();

  // SwiftShader's sine, of which MaCo's images are made, is off by up to 2e-4.
  const scale = Math.max(1, ...objectives.map(Math.abs));
  for (const [i, { objective: own }] of records.entries()) {
    expect(Math.abs(own - objectives[i])).toBeLessThan(2e-3 * scale);
  }
  const off = want.map((w, i) => Math.abs(w - got[i]));
  console.log(
    preset,
    'greatest difference of a pixel',
    Math.max(...off).toPrecision(3),
    'of 255; objectives',
    objectives,
  );
  // Adam moves a number whose gradient is nearly zero by its sign, which single precision may see differently.
  expect(off.reduce((a, b) => a + b, 0) / off.length).toBeLessThan(0.05);
  expect(Math.max(...off)).toBeLessThan(1);
});
