// Parts from outside the library: each goes through `synthesize` and through JSON, and no file of src knows it. The command takes
// them in command.test.ts.
import {
  createRun,
  createStudy,
  objectives,
  parameterizations,
  parts,
  readStudy,
  render,
  type Study,
  type StudyOptions,
  toSpecs,
  wake,
} from 'convscope';
import { describe, expect, test } from 'vitest';
import { importCaffe } from '../../src/importers/index.js';
import { expectClose } from '../support/close.js';
import { testContext } from '../support/device.js';
import * as plugin from './parts.js';

const SHAPE = [3, 13, 11] as const;
const SIZE = 3 * 13 * 11;
const model = importCaffe(
  `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 13 input_dim: 11
   layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 5 kernel_size: 3 weight_filler { type: "msra" } } }
   layer { name: "relu" type: "ReLU" bottom: "conv" top: "relu" }
   layer { name: "fc" type: "InnerProduct" bottom: "relu" top: "fc" inner_product_param { num_output: 4 weight_filler { type: "msra" } } }`,
  undefined,
  { seededWeights: 0, preprocessing: { order: 'rgb', mean: [100, 110, 120], scale: 1 / 64, stated: true } },
);
const own = Object.values(plugin);
const objective = objectives.neuron.make({ unit: 'fc:2' });
const optim = [plugin.rms.make({ rate: 2 })];

/** One study for each part, of values. */
const studies: Readonly<Record<string, StudyOptions>> = {
  'an objective': { objective: plugin.versus.make({ layer: 'conv', channels: [3, 1] }) },
  'an objective in a sum': {
    objective: objectives.sum.make({
      of: [
        objectives.scale.make({ by: 0.5, of: [plugin.versus.make({ layer: 'conv', channels: [3, 1] })] }),
        objective,
      ],
    }),
  },
  'a parameterization of two variables': { objective, params: plugin.mosaic.make({ tile: 3 }), optim },
  'a penalty': { objective, regularize: [plugin.pull.make({ strength: 1e-3 })] },
  'a projection': { objective, regularize: [plugin.border.make({ width: 2 })] },
  'a transform': { objective, transforms: [plugin.dim.make({ most: 0.3 })] },
  'an update rule with slots': { objective, optim },
  'all at once': {
    objective: plugin.versus.make({ layer: 'fc', channels: [0, 2] }),
    transforms: [plugin.dim.make({})],
    regularize: [plugin.pull.make({}), plugin.border.make({})],
    optim,
  },
};

describe.each(Object.entries(studies))('%s', (_, options) => {
  const study = createStudy({ steps: 8, seeds: [1, 4], ...options });

  test('raises its objective', async () => {
    const ctx = await testContext();
    const { records } = await render(ctx, model, study);
    for (const rows of records) {
      expect(rows.length).toBe(8);
      expect(rows[7].objective).toBeGreaterThan(rows[0].objective);
    }
  });

  test('goes through JSON and gives the same bits', async () => {
    const ctx = await testContext();
    const { images, records } = await render(ctx, model, study);
    const read = readStudy(JSON.parse(JSON.stringify(toSpecs(study))), parts.with(own));
    expect(read).toEqual(JSON.parse(JSON.stringify(toSpecs(study))));
    const again = await render(ctx, model, read, { parts: own });
    expect(again.images).toEqual(images);
    expect(again.records).toEqual(records);
  });

  test('gives each image of a batch what it has alone', async () => {
    const ctx = await testContext();
    const { images } = await render(ctx, model, study);
    const alone = await render(ctx, model, { ...study, seeds: [4] });
    expect(alone.images).toEqual(images.slice(SIZE));
  });
});

test('a part that nobody registered is unknown by its name', () => {
  const json = JSON.parse(JSON.stringify(toSpecs(createStudy(studies['a transform']))));
  expect(() => readStudy(json, parts)).toThrow("No transform 'dim'. Known: ");
});

test('two parts of one name are refused', () => {
  expect(() => parts.with([...own, plugin.dim])).toThrow(
    "parts: there are two parts 'dim' of kind transform; rename one",
  );
});

describe('an image that is made of other variables', () => {
  const study = createStudy({ objective, params: plugin.mosaic.make({ tile: 2 }), optim, seeds: [3, 5], steps: 6 });
  const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((v, i) => v - b[i]));

  /** What the parameterization means, in float64. */
  function enlarged(tiles: Float32Array, colour: Float32Array): number[] {
    const [C, H, W] = SHAPE;
    const columns = Math.ceil(W / 2);
    return Array.from({ length: C * H * W }, (__, i) => {
      const [c, y, x] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
      return tiles[(c * Math.ceil(H / 2) + (y >> 1)) * columns + (x >> 1)] + colour[c];
    });
  }

  test('can be read before the first step, and is what its variables make after each', async () => {
    const ctx = await testContext();
    using run = await createRun(ctx, model, { recipe: study, compose: (next: Study) => next });
    for (let step = 0; step < 4; step++) {
      const variables = await run.variables();
      const want = [0, 1].flatMap((n) => enlarged(...(variables.get(n) as [Float32Array, Float32Array])));
      // One sum of two f32 numbers.
      expectClose(`step ${step}`, await run.read(), want, [2, ...SHAPE], { atol: 0, rtol: 1e-6 });
      run.run(1);
    }
  });

  test('starts at the start: best and majority are it, and distances are from it', async () => {
    const ctx = await testContext();
    using run = await createRun(ctx, model, { recipe: study, compose: (next: Study) => next });
    const start = await run.read();
    expect(start.some((v) => v !== 0)).toBe(true);
    expect(await run.read('best')).toEqual(start);
    expect(await run.read('majority')).toEqual(start);
    const images: Float32Array[] = [];
    const rows = [];
    for (let step = 0; step < 4; step++) {
      images.push(await run.read());
      run.run(1);
      rows.push((await run.records())[1][0]);
    }
    expect(rows[0].distance).toBe(0);
    for (const [i, { distance: recorded, norm }] of rows.entries()) {
      const image = images[i].subarray(SIZE);
      // Sums of 429 squares in f32.
      expect(recorded).toBeCloseTo(distance(image, start.subarray(SIZE)), 3);
      expect(norm).toBeCloseTo(Math.hypot(...image), 3);
    }
    expect(rows[3].distance).toBeGreaterThan(1);
  });

  test('keeps its best image', async () => {
    const ctx = await testContext();
    using run = await createRun(ctx, model, { recipe: study, compose: (next: Study) => next });
    const images: Float32Array[] = [];
    const objectives: number[] = [];
    while (!run.done) {
      images.push(await run.read());
      run.run(1);
      objectives.push((await run.records())[0][0].objective);
    }
    const best = objectives.indexOf(Math.max(...objectives));
    expect((await run.outcome())[0].best.step).toBe(best);
    expect((await run.read('best')).subarray(0, SIZE)).toEqual(images[best].subarray(0, SIZE));
  });

  test('goes back to its start, and gives the same bits again', async () => {
    const ctx = await testContext();
    using run = await createRun(ctx, model, { recipe: study, compose: (next: Study) => next });
    const start = await run.read();
    run.run(6);
    const first = await run.read();
    run.reset();
    expect(await run.read()).toEqual(start);
    for (let i = 0; i < 6; i++) run.run(1);
    expect(await run.read()).toEqual(first);
  });

  test('is woken where its unit is dead, and its recipe makes the same image again', async () => {
    const ctx = await testContext();
    const shut = { ...model, weights: new Map(model.weights) };
    const bias = shut.weights.get('conv.b');
    if (bias?.dtype !== 'f32') throw new Error('no bias');
    // Far enough below zero at every place, for every start.
    shut.weights.set('conv.b', { ...bias, data: bias.data.map(() => -3) });
    const dead = createStudy({ ...study, objective: objectives.neuron.make({ unit: 'relu:1' }), seeds: [3] });
    const { outcomes, recipe, images } = await render(ctx, shut, dead);
    expect(outcomes[0].start.by).toBe('preactivation');
    expect(outcomes[0].stuck).toBe(false);
    const again = await render(ctx, shut, readStudy(JSON.parse(JSON.stringify(toSpecs(recipe))), parts.with(own)), {
      parts: own,
    });
    expect(again.images).toEqual(images);
  });

  test('takes no picture as its start', async () => {
    const ctx = await testContext();
    const starts = [{ by: 'picture', picture: 'a' } as const, { by: 'noise' } as const];
    using run = await createRun(ctx, model, { recipe: { ...study, starts }, compose: (next: Study) => next });
    await expect(wake(ctx, model, run)).rejects.toThrow(
      "recipe.starts: a picture is no start for 'mosaic', which makes images of other variables",
    );
  });

  test('takes no projection, which would edit it', async () => {
    const ctx = await testContext();
    const regularize = [plugin.pull.make({}), plugin.border.make({})];
    await expect(render(ctx, model, { ...study, regularize })).rejects.toThrow(
      "regularize[1]: 'border' edits the image itself, which 'mosaic' makes of other variables",
    );
  });
});

describe('a part that keeps no promise is named', () => {
  const rule = plugin.rms.make({});
  test.each<[string, Partial<StudyOptions>, string]>([
    [
      'an objective without a number for each image',
      { objective: { ...objective, build: ({ at }) => at('fc') } },
      "objective: 'neuron' must return [1], it returned [1,4]",
    ],
    [
      'a transform that changes the shape',
      {
        transforms: [{ ...plugin.dim.make({}), apply: ({ tape }) => tape.constant('x', [1, 2], new Float32Array(2)) }],
      },
      "transforms[0]: 'dim' must return [1,3,13,11], it returned [1,2]",
    ],
    [
      'a start of another size',
      { params: { ...parameterizations.pixels.make({}), start: () => [new Float32Array(5)] } },
      "params: 'pixels' starts 'image' with 5 numbers, of [1,3,13,11] an image has 429",
    ],
    [
      'a rule that writes a slot it did not declare',
      {
        optim: [
          {
            ...rule,
            update: (_, { gradient }) => ({ direction: gradient, slots: { other: gradient } }),
          },
        ],
      },
      "optim[0]: 'rms' writes a slot 'other' that it does not declare",
    ],
  ])('%s', async (_, change, message) => {
    const ctx = await testContext();
    await expect(render(ctx, model, { objective, steps: 2, ...change })).rejects.toThrow(message);
  });
});
