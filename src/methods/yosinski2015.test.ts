import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { countingDevice, testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { type Model, PLAIN } from '../graph/model.js';
import { startImage } from '../params/pixels.js';
import type { StepRecord } from '../synthesize/recorder.js';
import { createRecipe, type Recipe } from './recipe.js';
import { createAscent } from './yosinski2015.js';
import { ascend } from './yosinski2015.ref.js';

const SHAPE = [3, 9, 11] as const;
const SIZE = 3 * 9 * 11;
const UNITS = 4;

/** A linear net: the gradient of unit u is row u of its weights, whatever the image. */
function linearModel(scale: number): { model: Model; weights: Float32Array; mean: Float32Array } {
  const rng = createRng(11);
  const weights = Float32Array.from({ length: UNITS * SIZE }, () => rng.normal() * scale);
  const mean = Float32Array.from({ length: SIZE }, () => 90 + 40 * rng.uniform());
  const model: Model = {
    name: 'linear',
    input: { name: 'data', shape: [1, ...SHAPE] },
    layers: [
      { name: 'fc', type: 'fc', attrs: { axis: 1 }, inputs: ['data'], output: 'fc', weights: { w: 'w', b: 'b' } },
    ],
    weights: new Map([
      ['w', { shape: [UNITS, SIZE], dtype: 'f32', data: weights }],
      ['b', { shape: [UNITS], dtype: 'f32', data: new Float32Array(UNITS) }],
    ]),
    preprocessing: { ...PLAIN, mean: { shape: [...SHAPE], data: mean } },
  };
  return { model, weights, mean };
}

const base: Omit<Recipe, 'learningRate'> = {
  method: 'activation-maximization',
  unit: 'fc:2',
  seeds: [0],
  start: 'mean_plus_rand',
  steps: 12,
  direction: 1,
  decay: 0,
  blurRadius: 0,
  blurEvery: 0,
  smallValuePercentile: 0,
  smallNormPercentile: 0,
  benefitPercentile: 0,
  contributionPercentile: 0,
};
const constant = { policy: 'constant', lr: 300 } as const;
const cases: Record<string, Recipe> = {
  'no regularizer': { ...base, learningRate: constant },
  'clip to pixels': { ...base, learningRate: { policy: 'constant', lr: 20_000 } },
  'progress policy': { ...base, learningRate: { policy: 'progress', maxLr: 1e8, desiredProgress: 2 } },
  'progress policy, capped': { ...base, learningRate: { policy: 'progress', maxLr: 3, desiredProgress: 2 } },
  'progress01 policy': {
    ...base,
    learningRate: { policy: 'progress01', maxLr: 1e8, earlyProgress: 0.3, lateProgressMult: 0.02 },
  },
  decay: { ...base, learningRate: constant, decay: 0.3 },
  'blur every 4': { ...base, learningRate: constant, blurRadius: 1, blurEvery: 4 },
  'blur every step': { ...base, learningRate: constant, blurRadius: 0.5, blurEvery: 1 },
  'small values': { ...base, learningRate: constant, smallValuePercentile: 30 },
  'small norm': { ...base, learningRate: constant, smallNormPercentile: 50 },
  'signed benefit': { ...base, learningRate: constant, benefitPercentile: 20 },
  contribution: { ...base, learningRate: constant, contributionPercentile: 90 },
  'start at the mean': { ...base, learningRate: constant, start: 'mean' },
  'start uniform': { ...base, learningRate: constant, start: 'randu' },
  'pushed down': { ...base, learningRate: constant, direction: -1 },
  'all at once': {
    ...base,
    learningRate: constant,
    decay: 0.01,
    blurRadius: 0.7,
    blurEvery: 3,
    smallValuePercentile: 10,
    smallNormPercentile: 20,
    benefitPercentile: 5,
    contributionPercentile: 15,
  },
};
for (const id of [1, 2, 3, 4]) cases[`preset ${id}`] = { ...createRecipe({ unit: 'fc:2', preset: id }), steps: 12 };

describe('activation maximization', () => {
  for (const [name, recipe] of Object.entries(cases)) {
    test(`each step equals the float64 loop: ${name}`, async () => {
      const ctx = await testContext();
      const { model, weights, mean } = linearModel(0.01);
      const w = weights.subarray(2 * SIZE, 3 * SIZE);
      const x0 = startImage(recipe.start, 0, mean);
      const want = ascend(recipe, SHAPE, x0, mean, w);
      using ascent = await createAscent(ctx, model, recipe);
      const rows: StepRecord[] = [];
      for (const [i, step] of want.entries()) {
        ascent.run(1);
        rows.push(...(await ascent.records())[0]);
        expect(rows[i].step).toBe(i);
        // f32 against f64 over 12 steps of numbers up to 255: a few units in the last place each.
        expectClose(`objective at ${i}`, [rows[i].objective], [step.objective], [1], { atol: 2e-4, rtol: 1e-5 });
        expectClose(`rate at ${i}`, [rows[i].rate], [step.rate], [1], { atol: 0, rtol: 1e-4 });
        expectClose(`norm at ${i}`, [rows[i].norm], [norm(step.image)], [1], { atol: 1e-3, rtol: 1e-6 });
        expectClose(`distance at ${i}`, [rows[i].distance], [norm(step.image.map((v, j) => v - x0[j]))], [1], {
          atol: 1e-3,
          rtol: 1e-5,
        });
        expectClose(`std at ${i}`, [rows[i].deviation], [deviation(step.image)], [1], { atol: 1e-3, rtol: 1e-4 });
      }
      const last = want[want.length - 1].image;
      expectClose('last image', await ascent.read('last'), last, [...SHAPE], { atol: 2e-3, rtol: 1e-5 });
      const best = want.reduce((a, b) => (b.objective > a.objective ? b : a));
      expectClose('best image', await ascent.read('best'), best.image, [...SHAPE], { atol: 2e-3, rtol: 1e-5 });
      expect(ascent.done).toBe(true);
      expect(ascent.run(5)).toBe(0);
    });
  }

  test('the start image is the toolbox’s: norm 3921.5236 and std 9.97385 for seed 0 at 227x227', () => {
    const x0 = startImage('mean_plus_rand', 0, new Float32Array(3 * 227 * 227));
    expect(x0[0]).toBeCloseTo(17.6405234597, 5);
    expect(x0[1]).toBeCloseTo(4.00157, 4);
    expect(norm(x0)).toBeCloseTo(3921.5236, 3);
    expect(deviation(x0)).toBeCloseTo(9.97385, 4);
  });

  test('the first update of preset 3 has the toolbox’s norm 1118.43 when the gradient is negligible', async () => {
    const ctx = await testContext();
    const model: Model = {
      ...linearModel(0).model,
      input: { name: 'data', shape: [1, 3, 227, 227] },
      layers: [{ name: 'pool', type: 'avgPool', attrs: POOL, inputs: ['data'], output: 'pool', weights: {} }],
      preprocessing: { ...PLAIN, mean: [104, 117, 123] },
    };
    using ascent = await createAscent(ctx, model, createRecipe({ unit: 'pool:0', preset: 3 }));
    ascent.run(2);
    const [[, second]] = await ascent.records();
    // 1118.4289 in the toolbox's documentation, with CaffeNet's small gradient in it.
    expect(second.norm).toBeGreaterThan(1118.0);
    expect(second.norm).toBeLessThan(1119.0);
  });

  test('a batch of seeds gives each seed the image it has alone', async () => {
    const ctx = await testContext();
    const { model } = linearModel(0.01);
    const recipe = cases['all at once'];
    using together = await createAscent(ctx, model, { ...recipe, seeds: [3, 0, 7] });
    together.run(12);
    const all = await together.read();
    for (const [n, seed] of [3, 0, 7].entries()) {
      using alone = await createAscent(ctx, model, { ...recipe, seeds: [seed] });
      alone.run(12);
      expect(Array.from(all.subarray(n * SIZE, (n + 1) * SIZE))).toEqual(Array.from(await alone.read()));
    }
  });

  test('the same seed gives the same bits; steps may be submitted one by one or together', async () => {
    const ctx = await testContext();
    const { model } = linearModel(0.01);
    using a = await createAscent(ctx, model, cases['all at once']);
    using b = await createAscent(ctx, model, cases['all at once']);
    a.run(12);
    for (let i = 0; i < 12; i++) b.run(1);
    expect(await a.read()).toEqual(await b.read());
    a.reset();
    a.run(12);
    expect(await a.read()).toEqual(await b.read());
  });

  test('1,000 steps create no buffer and no bind group after the first', async () => {
    const ctx = await testContext();
    const { model } = linearModel(0.0001);
    using ascent = await createAscent(ctx, model, { ...cases['all at once'], steps: 1000 });
    ascent.run(1);
    await ascent.records();
    using calls = countingDevice(ctx.device);
    while (!ascent.done) {
      ascent.run(50);
      await ascent.records();
    }
    expect(ascent.steps).toBe(1000);
    expect(calls.counts).toEqual({ createBuffer: 0, createBindGroup: 0, createComputePipeline: 0 });
  });

  test('the majority snapshot is the first image whose unit leads its layer', async () => {
    const ctx = await testContext();
    const { model } = linearModel(0.01);
    const recipe: Recipe = { ...cases['no regularizer'], learningRate: { policy: 'constant', lr: 10 }, seeds: [1, 2] };
    using ascent = await createAscent(ctx, model, recipe);
    const rows: StepRecord[][] = [[], []];
    const images: Float32Array[] = [];
    for (let i = 0; i < 12; i++) {
      ascent.run(1);
      for (const [n, r] of (await ascent.records()).entries()) rows[n].push(...r);
      images.push(await ascent.read('majority'));
    }
    const outcomes = await ascent.outcome();
    for (const n of [0, 1]) {
      const first = rows[n].find((r) => r.isMax);
      expect(outcomes[n].majority?.step).toBe(first?.step);
      expect(outcomes[n].majority?.objective).toBe(first?.objective);
    }
    expect(images[11]).toEqual(images[Math.max(...outcomes.map((o) => o.majority?.step ?? 0))]);
  });

  test('a gradient of zero stops the run and is said', async () => {
    const ctx = await testContext();
    const { model } = linearModel(0);
    using ascent = await createAscent(ctx, model, cases.decay);
    ascent.run(5);
    await ascent.records();
    expect(ascent.done).toBe(true);
    expect((await ascent.outcome())[0].stuck).toBe(true);
    // Nothing moved: not even the decay was applied.
    expect(await ascent.read()).toEqual(await ascent.read('best'));
  });

  test('NaN is an error that names unit, seed and step, and the image before it is kept as best', async () => {
    const ctx = await testContext();
    const { model, weights } = linearModel(0.01);
    weights[2 * SIZE + 5] = Number.NaN;
    using ascent = await createAscent(ctx, model, cases.decay);
    ascent.run(3);
    await expect(ascent.records()).rejects.toThrow(/fc:2, seed 0, step 0: objective NaN/);
  });

  test('adjust changes a running plan without compiling', async () => {
    const ctx = await testContext();
    const { model } = linearModel(0.01);
    using ascent = await createAscent(
      ctx,
      model,
      { ...base, learningRate: constant, steps: 100 },
      { adjustable: true },
    );
    ascent.run(2);
    using calls = countingDevice(ctx.device);
    ascent.adjust({ smallNormPercentile: 50, decay: 0.5, blurRadius: 1, blurEvery: 2 });
    ascent.run(1);
    expect(calls.counts).toEqual({ createBuffer: 0, createBindGroup: 0, createComputePipeline: 0 });
    const image = await ascent.read();
    const black = Array.from({ length: 99 }, (_, i) => [0, 1, 2].every((c) => image[c * 99 + i] === 0));
    expect(black.filter(Boolean).length).toBe(49);
    // What the plan was compiled for stays.
    expect(() => ascent.adjust({ unit: 'fc:0' })).toThrow(/^recipe: objective: cannot change while a run goes on/);
    expect(() => ascent.adjust({ start: 'mean' })).toThrow(/^recipe: params: cannot change while a run goes on/);
    expect(() => ascent.adjust({ seeds: [5] })).toThrow(/^recipe.seeds: cannot change while a run goes on/);
    expect(() => ascent.adjust({ decay: 2 })).toThrow('recipe.decay: must be a number from 0 to 1, got 2');
  });
});

const POOL = { kernel: [1, 1], stride: [1, 1], pad: [0, 0, 0, 0], rounding: 'ceil', global: true, divisor: 'padded' };
const norm = (v: ArrayLike<number>): number => Math.sqrt(Array.from(v).reduce((sum, x) => sum + x * x, 0));
const deviation = (v: ArrayLike<number>): number => {
  const mean = Array.from(v).reduce((a, b) => a + b, 0) / v.length;
  return Math.sqrt(Array.from(v).reduce((sum, x) => sum + (x - mean) ** 2, 0) / v.length);
};
