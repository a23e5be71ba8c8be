// Rules of the way back that count in the first steps alone: against a dead start, and the gradient from then on.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { attribute } from '../attribute/attribute.js';
import { leakyRelu, redirectedRelu } from '../attribute/rules/index.js';
import { grad } from '../autodiff/grad.js';
import { createRng } from '../core/rng.js';
import { type Layer, type Model, PLAIN, type WeightData } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { loadModel } from '../node/index.js';
import { neuron, scale } from '../objectives/index.js';
import type { AttributionRule } from '../parts/kinds.js';
import type { PartSpec } from '../parts/part.js';
import { vjpsOf } from '../parts/vjpsOf.js';
import { openNet } from '../scene/openNet.js';
import { createRun } from './run.js';
import { createStudy, type Study, type StudyOptions } from './study.js';
import { wake } from './wake.js';

const SHAPE = [3, 6, 5] as const;
const SIZE = 3 * 6 * 5;
const HIDDEN = 7;
const CLASSES = 3;
const rng = createRng(5);
const normal = (n: number, sd: number) => Float32Array.from({ length: n }, () => rng.normal() * sd);
const weights = { w: normal(HIDDEN * SIZE, 0.02), v: normal(CLASSES * HIDDEN, 0.5), b: new Float32Array(HIDDEN) };

/** Two layers with ReLUs, or ReLU6s, on images around 100. The first one's bias is `bias`, the second one's `top`. */
function net(bias: number, top: number, rectifier: 'relu' | 'clip' = 'relu'): Model {
  const f32 = (shape: readonly number[], data: Float32Array): WeightData => ({ shape, dtype: 'f32', data });
  const attrs = rectifier === 'relu' ? { slope: 0 } : { f: 'clip', a: 0, b: 6, c: 1 };
  const rectify = (name: string, input: string): Layer => ({
    ...{ name, type: rectifier === 'relu' ? 'relu' : 'pointwise', attrs },
    ...{ inputs: [input], output: name, weights: {} },
  });
  const connect = (name: string, input: string, w: string, b: string): Layer => ({
    ...{ name, type: 'fc', attrs: { axis: 1 } },
    ...{ inputs: [input], output: name, weights: { w, b } },
  });
  return {
    name: 'silent',
    input: { name: 'data', shape: [1, ...SHAPE] },
    layers: [connect('a', 'data', 'w', 'b'), rectify('open', 'a'), connect('c', 'open', 'v', 'd'), rectify('end', 'c')],
    weights: new Map([
      ['w', f32([HIDDEN, SIZE], weights.w)],
      ['b', f32([HIDDEN], new Float32Array(HIDDEN).fill(bias))],
      ['v', f32([CLASSES, HIDDEN], weights.v)],
      ['d', f32([CLASSES], new Float32Array(CLASSES).fill(top))],
    ]),
    preprocessing: { ...PLAIN, mean: [100, 100, 100] },
  };
}
/** All its units are shut: at images around the mean nothing has a gradient. */
const SILENT = net(-5, -1);

const OBJECTIVE = neuron.make({ unit: 'end:1' });
const runOf = async (model: Model, backward: readonly PartSpec[], more: Partial<StudyOptions> = {}) =>
  createRun(await testContext(), model, {
    recipe: createStudy({
      ...{ objective: OBJECTIVE, backward, regularize: [], seeds: [1, 2], steps: 60 },
      ...{ optim: [{ name: 'unitLength' }, { name: 'sgd', lr: 30 }], ...more },
    }),
    compose: (study: Study) => study,
  });
const rules = [{ name: 'leakyRelu' }, { name: 'redirectedRelu' }];

describe.each(rules)('$name', (rule) => {
  test('gives a silent net a gradient, and raises its unit', async () => {
    using plain = await runOf(SILENT, []);
    plain.run(2);
    expect((await plain.outcome()).map(({ stuck }) => stuck)).toEqual([true, true]);
    using run = await runOf(SILENT, [rule]);
    run.run(60);
    const records = await run.records();
    for (const rows of records) {
      expect(rows[0].gradient).toBeGreaterThan(0);
      expect(rows[0].objective).toBeCloseTo(0, 12);
      expect(rows[59].objective).toBeGreaterThan(1);
    }
  });

  test('is the gradient after its steps, whatever steps are one submit', async () => {
    const short = { ...rule, steps: 5 };
    using whole = await runOf(SILENT, [short]);
    whole.run(12);
    using first = await runOf(SILENT, [short]);
    first.run(5);
    using then = await runOf(SILENT, []);
    then.from(await first.variables());
    then.run(7);
    expect(await whole.read()).toEqual(await then.read());
    // And from the start again after a reset.
    whole.reset();
    whole.run(1);
    whole.run(11);
    expect(await whole.read()).toEqual(await then.read());
  });

  test('there is nothing to wake where it has raised the unit', async () => {
    using run = await runOf(SILENT, [rule]);
    const starts = await wake(await testContext(), SILENT, run);
    expect(starts.map(({ by }) => by)).toEqual(['noise', 'noise']);
    expect([run.steps, run.recipe.starts]).toEqual([0, undefined]);
  });

  test('a unit that it has only moved is woken as without it', async () => {
    // So slow that its ReLU is still shut at the end of its steps.
    const slow = { optim: [{ name: 'unitLength' }, { name: 'sgd', lr: 0.01 }], steps: 1000 };
    using run = await runOf(net(-5, -1), [rule], { ...slow, seeds: [1] });
    const [start] = await wake(await testContext(), SILENT, run);
    expect(start.by).not.toBe('noise');
  });
});

test('a live net goes the same way with redirected ReLUs, to the bit, and another one with leaky ones', async () => {
  const images = await Promise.all(
    [[], [{ name: 'redirectedRelu' }], [{ name: 'leakyRelu' }]].map(async (backward) => {
      using run = await runOf(net(0.5, 0.5), backward, { seeds: [1] });
      run.run(10);
      return run.read();
    }),
  );
  expect(images[1]).toEqual(images[0]);
  expect(images[2]).not.toEqual(images[0]);
});

test('leaky ReLUs cost no launch, redirected ones do', async () => {
  const model = await loadModel('mini-squeezenet');
  const launches = async (rules: readonly AttributionRule[]) => {
    const scene = openNet(model);
    const { tape, step } = scene;
    const switched = (label: string, _steps: number, first: number) => tape.param(label, 'f32', first);
    const y = neuron.make({ unit: 'fire3/concat:3' }).build(scene);
    const seed = tape.constant('seed', [1], Float32Array.of(1));
    const [dx] = grad(tape, y, [scene.image], { seed, rules: vjpsOf(rules, { tape, step, switched }) });
    using plan = await compile(await testContext(), tape, { keep: [dx] });
    return plan.dispatches;
  };
  // Gates are fused into the kernels that make the cotangents, two branches of a concatenation as one.
  const plain = await launches([]);
  expect(await launches([leakyRelu.make({})])).toEqual(plain);
  expect((await launches([redirectedRelu.make({})])).length).toBeGreaterThan(plain.length);
});

describe('the redirected gradient is what float64 says', () => {
  test.each([
    ['relu', -5, -1, 1],
    ['relu', 0.5, -50, 1],
    ['relu', -5, 0.5, 1],
    // What lowers a shut unit is blocked.
    ['relu', 0.5, -50, -1],
    ['clip', -5, -1, 1],
    // Above 6 what lowers gets through.
    ['clip', 0.5, 50, -1],
    ['clip', 50, 0.5, -1],
  ] as const)('%s with biases %f and %f, %f times the unit', async (rectifier, bias, top, by) => {
    const model = net(bias, top, rectifier);
    const scene = openNet(model, { batch: 1 });
    const target = scale.make({ by, of: [OBJECTIVE] });
    const dx = attribute(scene, { target, method: 'redirectedRelu' });
    const input = normal(SIZE, 10);
    using plan = await compile(await testContext(), scene.tape, { keep: [dx] });
    plan.write(scene.image, input);
    plan.run();

    const high = rectifier === 'clip' ? 6 : Number.POSITIVE_INFINITY;
    const redirected = (x: readonly number[], dy: readonly number[]): number[] => {
      const own = dy.map((d, i) => (x[i] > 0 && x[i] < high ? d : 0));
      if (own.some((d) => d !== 0)) return own;
      return dy.map((d, i) => ((x[i] <= 0 && d < 0) || (x[i] >= high && d > 0) ? 0 : d));
    };
    const rectified = (x: readonly number[]) => x.map((v) => Math.min(Math.max(v, 0), high));
    const dot = (w: Float32Array, from: number, x: ArrayLike<number>) =>
      Array.from(x).reduce((sum, v, i) => sum + v * w[from + i], 0);
    const a = Array.from({ length: HIDDEN }, (_, k) => dot(weights.w, k * SIZE, input) + bias);
    const c = Array.from({ length: CLASSES }, (_, k) => dot(weights.v, k * HIDDEN, rectified(a)) + top);
    const dc = redirected(
      c,
      c.map((_, k) => (k === 1 ? by : 0)),
    );
    const dopen = a.map((_, j) => dc.reduce((sum, d, k) => sum + d * weights.v[k * HIDDEN + j], 0));
    const da = redirected(a, dopen);
    const want = Array.from({ length: SIZE }, (_, i) => da.reduce((sum, d, j) => sum + d * weights.w[j * SIZE + i], 0));
    expectClose('gradient', await plan.read(dx), want, [SIZE], { atol: 1e-7, rtol: 1e-5 });
    expect(want.some((d) => d !== 0)).toBe(!(top === -50 && by === -1));
  });
});
