// Update rules on images and on weights, against float64 loops.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { f32, u32 } from '../core/shape.js';
import { type Model, PLAIN } from '../graph/model.js';
import { compile } from '../graph/plan.js';
import { createTape, type Tape, type Value } from '../graph/tape.js';
import { count } from '../kernels/ascent/index.js';
import { binary } from '../kernels/binary/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import type { Made, PartSpec } from '../parts/part.js';
import { definePart } from '../parts/part.js';
import { createRun, type RunOptions } from '../synthesize/run.js';
import { createStudy, type Study, type StudyOptions } from '../synthesize/study.js';
import { descend } from './descend.js';
import { adam, clip, meanLength, momentum, nadam, rmsprop, sgd, sign, unitLength } from './index.js';
import {
  adamRef,
  climb,
  clipRef,
  meanLengthRef,
  momentumRef,
  nadamRef,
  type RuleRef,
  rmspropRef,
  signRef,
  unitLengthRef,
} from './rules.ref.js';

const SHAPE = [3, 5, 4] as const;
const SIZE = 60;
const rng = createRng(4);
/** A bowl with its top at `top`, steeper along some axes than along others: Σ s·x·(2·top − x) / 2. */
const steepness = Float32Array.from({ length: SIZE }, () => 0.05 + rng.uniform());
const top = Float32Array.from({ length: SIZE }, () => 3 * rng.normal());
const uphill = (x: Float64Array): Float64Array => x.map((v, i) => steepness[i] * (top[i] - v));

/** How high x is, summed over the axes that its 60 numbers have. */
function bowl(tape: Tape, x: Value, axes: readonly number[]): Value {
  const shape = axes.map((axis) => x.shape[axis]);
  const constant = (label: string, data: Float32Array) => tape.constant(label, shape, data);
  const s = constant('steepness', steepness);
  const twice = constant(
    'twice the top',
    top.map((v) => 2 * v),
  );
  const terms = binary(tape, 'mul', binary(tape, 'mul', x, s), binary(tape, 'sub', twice, x));
  const sum = tape.apply(reduction, { x: terms }, { kind: 'sum', axes, keep: false });
  return binary(tape, 'mul', sum, tape.constant('half', [1], Float32Array.of(0.5)));
}

const hill = definePart({
  kind: 'objective',
  name: 'hill',
  text: 'How near the image is to one.',
  fields: {},
  make: () => ({ label: 'hill', layers: [], build: ({ tape, image }) => bowl(tape, image, [1, 2, 3]) }),
});

/** A net that nobody asks anything. */
const model: Model = {
  name: 'nothing',
  input: { name: 'data', shape: [1, ...SHAPE] },
  layers: [{ name: 'same', type: 'relu', attrs: { slope: 0 }, inputs: ['data'], output: 'same', weights: {} }],
  weights: new Map(),
  preprocessing: PLAIN,
};

const seeds = [3, 1, 8];
const STEPS = 15;
const runOf = async (options: Partial<StudyOptions>, more: RunOptions = {}) =>
  createRun(
    await testContext(),
    model,
    {
      recipe: createStudy({ objective: hill.make({}), regularize: [], seeds, steps: 1000, ...options }),
      compose: (study: Study) => study,
    },
    more,
  );
const rows = (data: Float32Array, n = seeds.length) =>
  Array.from({ length: n }, (_, i) => data.slice((i * data.length) / n, ((i + 1) * data.length) / n));

interface Case {
  readonly name: string;
  readonly rules: readonly Made<'update rule'>[];
  readonly refs: () => RuleRef[];
  readonly lr: number;
}

const DECAY = { momentum: 0.8, weightDecay: 0.03 };
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0 };
const QUICK = { beta1: 0.5, beta2: 0.9, epsilon: 1e-3, weightDecay: 0.02 };
const NADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, momentumDecay: 0.004 };
const NERVOUS = { beta1: 0.6, beta2: 0.8, epsilon: 1e-3, momentumDecay: 0.3 };
const RMS = { alpha: 0.8, epsilon: 1e-4 };
const cases: readonly Case[] = [
  { name: 'sgd', rules: [sgd.make({ lr: 0.3 })], refs: () => [], lr: 0.3 },
  {
    name: 'momentum and weight decay, then sgd',
    rules: [momentum.make(DECAY), sgd.make({ lr: 0.1 })],
    refs: () => [momentumRef(DECAY)],
    lr: 0.1,
  },
  { name: 'adam', rules: [adam.make({ lr: 0.4 })], refs: () => [adamRef(ADAM)], lr: 0.4 },
  {
    name: 'adam with weight decay and numbers of its own',
    rules: [adam.make({ lr: 0.4, ...QUICK })],
    refs: () => [adamRef(QUICK)],
    lr: 0.4,
  },
  { name: 'nadam', rules: [nadam.make({})], refs: () => [nadamRef(NADAM)], lr: 1 },
  {
    name: 'nadam with numbers of its own',
    rules: [nadam.make({ lr: 0.4, ...NERVOUS })],
    refs: () => [nadamRef(NERVOUS)],
    lr: 0.4,
  },
  {
    name: 'rmsprop',
    rules: [rmsprop.make({ lr: 0.3, ...RMS })],
    refs: () => [rmspropRef(RMS)],
    lr: 0.3,
  },
  { name: 'sign, then sgd', rules: [sign.make({}), sgd.make({ lr: 0.01 })], refs: () => [signRef()], lr: 0.01 },
  {
    name: 'meanLength, then sgd',
    rules: [meanLength.make({}), sgd.make({ lr: 0.2 })],
    refs: () => [meanLengthRef()],
    lr: 0.2,
  },
  {
    name: 'unitLength, then sgd',
    rules: [unitLength.make({}), sgd.make({ lr: 2 })],
    refs: () => [unitLengthRef()],
    lr: 2,
  },
  {
    name: 'clip, then sgd',
    rules: [clip.make({ norm: 15 }), sgd.make({ lr: 0.5 })],
    refs: () => [clipRef({ norm: 15 })],
    lr: 0.5,
  },
  {
    name: 'momentum, the length of its velocity clipped, then adam',
    rules: [momentum.make({}), clip.make({ norm: 40 }), adam.make({ lr: 0.2 })],
    refs: () => [momentumRef({ momentum: 0.9, weightDecay: 0 }), clipRef({ norm: 40 }), adamRef(ADAM)],
    lr: 0.2,
  },
];
/** f32 beside float64 over 15 steps, in which the largest numbers are about 30. */
const TOLERANCE = { atol: 1e-4, rtol: 1e-5 };

describe.each(cases)('images follow $name', ({ rules, refs, lr }) => {
  test('as float64 does, each by itself', async () => {
    using run = await runOf({ optim: rules });
    const starts = rows(await run.read());
    run.run(STEPS);
    for (const [n, image] of rows(await run.read()).entries()) {
      const want = climb(starts[n], uphill, refs(), () => lr, STEPS);
      expectClose(`image ${n}`, image, want, SHAPE, TOLERANCE);
    }
  });

  test('with the bits that each has alone', async () => {
    using run = await runOf({ optim: rules });
    run.run(STEPS);
    using alone = await runOf({ optim: rules, seeds: [seeds[2]] });
    alone.run(STEPS);
    expect(await alone.read()).toEqual(rows(await run.read())[2]);
  });

  test('at a rate that changes while they run', async () => {
    using run = await runOf({ optim: rules });
    const starts = rows(await run.read());
    run.run(6);
    const changed: PartSpec[] = rules.map(({ spec }) => ('lr' in spec ? { ...spec, lr: lr / 4 } : spec));
    run.adjust({ optim: changed });
    run.run(STEPS - 6);
    const rate = (step: number) => (step < 6 ? lr : lr / 4);
    for (const [n, image] of rows(await run.read()).entries()) {
      expectClose(`image ${n}`, image, climb(starts[n], uphill, refs(), rate, STEPS), SHAPE, TOLERANCE);
    }
    expect((await run.records())[0].map((row) => row.rate)).toEqual(
      Array.from({ length: STEPS }, (_, step) => Math.fround(rate(step))),
    );
  });

  test('from the start again after a reset', async () => {
    using run = await runOf({ optim: rules });
    run.run(STEPS);
    const once = await run.read();
    run.reset();
    run.run(STEPS);
    expect(await run.read()).toEqual(once);
  });
});

describe.each(cases)('weights follow $name', ({ rules, refs, lr }) => {
  test.each([
    ['a step a submit', 1],
    ['all steps in one submit', STEPS],
  ])('as float64 does, downwards, %s', async (_, together) => {
    const { w, x, descent, ...owned } = await descending(rules);
    using plan = owned.plan;
    descent.set(plan, lr);
    for (let step = 0; step < STEPS; step += together) plan.run({ steps: together });
    const want = climb(x, uphill, refs(), () => lr, STEPS);
    expectClose('w', await plan.read(w), want, w.shape, TOLERANCE);
  });
});

/** Weights that lower the negative of the hill, which has rows only as images. */
async function descending(rules: readonly Made<'update rule'>[]) {
  const tape = createTape();
  const step = tape.leaf('step', u32(1));
  const w = tape.leaf('w', f32(5, 3, 4));
  const raised = bowl(tape, w, [0, 1, 2]);
  const loss = binary(tape, 'mul', raised, tape.constant('minus one', [1], Float32Array.of(-1)));
  const [descent] = descend(tape, loss, step, [{ weights: [w], rules }]);
  tape.assign(step, tape.apply(count, { x: step }, {}));
  const plan = await compile(await testContext(), tape, { keep: [w] });
  const x = Float32Array.from({ length: SIZE }, () => 10 * rng.normal());
  plan.write(w, x);
  return { w, x, descent, plan };
}

test('a length is that of all variables together', async () => {
  const halves = definePart({
    kind: 'parameterization',
    name: 'halves',
    text: 'An image as the sum of two.',
    fields: {},
    make: () => ({
      label: 'halves',
      editable: false,
      variables: (shape) => [
        { label: 'one', shape },
        { label: 'other', shape },
      ],
      start: () => [new Float32Array(SIZE), new Float32Array(SIZE)],
      image: ({ tape }, [one, other]) => binary(tape, 'add', one, other),
    }),
  });
  using run = await runOf({ params: halves.make({}), optim: [unitLength.make({}), sgd.make({ lr: 1 })] });
  run.run(1);
  const variables = await run.variables();
  const g = uphill(new Float64Array(SIZE));
  const length = Math.SQRT2 * Math.hypot(...g);
  for (const image of variables.get(1) ?? []) {
    expectClose(
      'variable',
      image,
      g.map((v) => v / length),
      SHAPE,
      { atol: 1e-6, rtol: 1e-5 },
    );
  }
});

test.each([unitLength, meanLength, sign])('a gradient of zero has no direction by $name', async (rule) => {
  const { w, descent, ...owned } = await descending([rule.make({}), sgd.make({})]);
  using plan = owned.plan;
  plan.write(w, top);
  descent.set(plan, 1);
  plan.run();
  expect(await plan.read(w)).toEqual(top);
});

describe('a chain is refused', () => {
  const rate = [
    ['that is empty', [], 'optim: its last rule must say how far a step goes, such as sgd or adam; got none'],
    [
      'without a rate',
      [unitLength.make({}), momentum.make({})],
      'optim: its last rule must say how far a step goes, such as sgd or adam; got unitLength, momentum',
    ],
    [
      'that goes on after the rate',
      [adam.make({}), momentum.make({}), sgd.make({})],
      "optim: 'adam' says how far a step goes, so nothing may follow it; put it last",
    ],
  ] as const;
  test.each(rate)('%s, for images', async (_, optim, message) => {
    await expect(runOf({ optim })).rejects.toThrow(message);
  });

  test.each(rate)('%s, for weights', async (_, rules, message) => {
    await expect(descending(rules)).rejects.toThrow(message);
  });

  test('whose last rule has no learning rate, for weights', async () => {
    const { lr: _, ...fields } = sgd.fields;
    const still = definePart({
      ...sgd,
      fields,
      make: () => ({ label: 'still', rate: ({ tape }) => tape.constant('rate', [1], new Float32Array(1)) }),
    });
    await expect(descending([still.make({})])).rejects.toThrow(
      "rules: the last one must have a learning rate 'lr'; 'sgd' has none",
    );
  });
});
