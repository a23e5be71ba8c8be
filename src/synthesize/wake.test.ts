// Units that are dead at the start: what is tried, in which order, what is said, and that live ones are left alone.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { type Model, PLAIN, type WeightData } from '../graph/model.js';
import { parseRecipe } from '../methods/readRecipe.js';
import { createRecipe, type Recipe } from '../methods/recipe.js';
import { render } from '../methods/render.js';
import { createAscent } from '../methods/yosinski2015.js';
import { rectifiersAt } from '../scene/rectifiers.js';
import { wake } from './wake.js';

const SHAPE = [3, 6, 5] as const;
const SIZE = 3 * 6 * 5;
const UNITS = 4;

const f32 = (shape: readonly number[], data: Float32Array): WeightData => ({ shape, dtype: 'f32', data });

/**
 * fc → ReLU, mean of pixels 100. Unit 0 is open at the mean, unit 1 is shut there by its bias but opens on the way up, unit 2 is
 * shut for every picture of bytes and has no weights to be raised by, and unit 3 is open where the picture's first pixel is bright.
 */
function gated(): Model {
  const rng = createRng(5);
  const w = Float32Array.from({ length: UNITS * SIZE }, () => rng.normal() * 0.02);
  w.fill(0, 2 * SIZE, 3 * SIZE);
  const relu = (name: string, input: string) => ({
    name,
    type: 'relu',
    attrs: { slope: 0 },
    inputs: [input],
    output: name,
    weights: {},
  });
  return {
    name: 'gated',
    input: { name: 'data', shape: [1, ...SHAPE] },
    layers: [
      { name: 'fc', type: 'fc', attrs: { axis: 1 }, inputs: ['data'], output: 'fc', weights: { w: 'w', b: 'b' } },
      relu('relu', 'fc'),
    ],
    weights: new Map([
      ['w', f32([UNITS, SIZE], w)],
      ['b', f32([UNITS], Float32Array.of(50, -8, -1, -1))],
    ]),
    preprocessing: { ...PLAIN, mean: [100, 100, 100] },
  };
}

/** A net that no way of raising wakes: the first pixel must be bright before anything has a gradient. */
function shut(threshold: number): Model {
  const first = new Float32Array(SIZE);
  first[0] = 1;
  const relu = (name: string, input: string) => ({
    name,
    type: 'relu',
    attrs: { slope: 0 },
    inputs: [input],
    output: name,
    weights: {},
  });
  return {
    ...gated(),
    name: 'shut',
    layers: [
      { name: 'eye', type: 'fc', attrs: { axis: 1 }, inputs: ['data'], output: 'eye', weights: { w: 'w', b: 'b' } },
      relu('open', 'eye'),
      { name: 'top', type: 'fc', attrs: { axis: 1 }, inputs: ['open'], output: 'top', weights: { w: 'v', b: 'c' } },
      relu('relu', 'top'),
    ],
    weights: new Map([
      ['w', f32([1, SIZE], first)],
      ['b', f32([1], Float32Array.of(-threshold))],
      ['v', f32([1, 1], Float32Array.of(1))],
      ['c', f32([1], Float32Array.of(0))],
    ]),
  };
}

const recipe = (unit: string, more: Partial<Recipe> = {}): Recipe =>
  createRecipe({ unit, preset: 'blur', decay: 0, blurEvery: 0, steps: 25, ...more });

describe('dead starts', () => {
  test('a live unit keeps its bits and its recipe', async () => {
    const ctx = await testContext();
    using alone = await createAscent(ctx, gated(), recipe('relu:0', { seeds: [4, 1] }));
    alone.run(25);
    const { images, outcomes, recipe: after } = await render(ctx, gated(), recipe('relu:0', { seeds: [4, 1] }));
    expect(images).toEqual(await alone.read());
    expect(outcomes.map(({ start }) => start)).toEqual([
      { by: 'noise', text: 'started from seed 4' },
      { by: 'noise', text: 'started from seed 1' },
    ]);
    expect(after.starts).toBe(undefined);
  });

  test('a unit that is shut is raised before its ReLU first, and its recipe gives the same bits', async () => {
    const ctx = await testContext();
    const { images, outcomes, recipe: after } = await render(ctx, gated(), recipe('relu:1', { seeds: [2, 3] }));
    for (const { start, best, stuck } of outcomes) {
      expect(start).toMatchObject({ by: 'preactivation', steps: expect.any(Number) });
      expect([stuck, best.objective > 0]).toEqual([false, true]);
    }
    expect(outcomes[0].start.text).toMatch(
      /^its gradient is exactly zero at the start from seed 2; it was raised from there by \d+ steps on its value before the ReLU$/,
    );
    const again = await render(ctx, gated(), parseRecipe(JSON.stringify(after)));
    expect(again.images).toEqual(images);
    expect(again.outcomes).toEqual(outcomes);
  });

  test('the steps before the ReLU are those of the same ascent without it', async () => {
    const ctx = await testContext();
    const model = gated();
    const wanted = recipe('relu:1', { steps: 400 });
    using ascent = await createAscent(ctx, model, wanted);
    const [start] = await wake(ctx, model, ascent);
    if (start.by !== 'preactivation') throw new Error(start.by);
    // The unit of fc is the value before the ReLU.
    using before = await createAscent(ctx, model, { ...wanted, unit: 'fc:1' });
    before.run(start.steps);
    expect(await ascent.read()).toEqual(await before.read());
    expect(ascent.steps).toBe(0);
  });

  test('of a batch, the live images keep their bits', async () => {
    const ctx = await testContext();
    // Open where the first pixel is bright: from seed 0 it is, 17 above the mean; from seed 3 it is 18 above, from 1, 16.
    const model = shut(17);
    const both = await render(ctx, model, recipe('relu:0', { seeds: [0, 1] }));
    const alone = await render(ctx, model, recipe('relu:0', { seeds: [0] }));
    expect(both.outcomes.map(({ start }) => start.by)).toEqual(['noise', 'seed']);
    expect(both.images.subarray(0, SIZE)).toEqual(alone.images);
  });

  test('where the value before the ReLU has no gradient either, another seed is taken, reproducibly', async () => {
    const ctx = await testContext();
    const model = shut(17);
    const { images, outcomes, recipe: after } = await render(ctx, model, recipe('relu:0', { seeds: [1] }));
    const [{ start, stuck }] = outcomes;
    if (start.by !== 'seed') throw new Error(start.by);
    expect(start.text).toBe(
      `its gradient is exactly zero at the start from seed 1; it was started from seed ${start.seed} instead`,
    );
    expect(stuck).toBe(false);
    const plain = await render(ctx, model, recipe('relu:0', { seeds: [start.seed] }));
    expect(images).toEqual(plain.images);
    expect((await render(ctx, model, parseRecipe(JSON.stringify(after)))).images).toEqual(images);
  });

  describe('where no seed helps', () => {
    const model = shut(100);
    const picture = (value: number) => ({ id: `picture of ${value}`, input: new Float32Array(SIZE).fill(value) });
    const pictures = [picture(20), picture(120), picture(150), picture(110)];

    test('the picture that the unit likes best is its start, reproducibly', async () => {
      const ctx = await testContext();
      const options = { pictures };
      const {
        images,
        outcomes,
        recipe: after,
      } = await render(ctx, model, recipe('relu:0', { seeds: [1, 2] }), options);
      expect(outcomes.map(({ start }) => start)).toMatchObject([
        { by: 'picture', picture: 'picture of 150' },
        { by: 'picture', picture: 'picture of 120' },
      ]);
      expect(outcomes.map(({ stuck }) => stuck)).toEqual([false, false]);
      const recorded = parseRecipe(JSON.stringify(after));
      expect((await render(ctx, model, recorded, options)).images).toEqual(images);
      await expect(render(ctx, model, recorded)).rejects.toThrow(
        "recipe.starts: an image starts from picture 'picture of 150', which is not among those given",
      );
    });

    test('and no picture either, the outcome says that there is no preferred image', async () => {
      const ctx = await testContext();
      const { outcomes, steps } = await render(ctx, model, recipe('relu:0'), { pictures: [picture(20)] });
      expect(outcomes[0]).toMatchObject({ stuck: true, start: { by: 'dead' } });
      expect(outcomes[0].start.text).toContain('there is no preferred image of it');
      expect(steps).toBeLessThan(25);
    });

    test('a run that is given up does not say that nothing helps', async () => {
      const ctx = await testContext();
      const abort = new AbortController();
      using ascent = await createAscent(ctx, model, recipe('relu:0'));
      abort.abort();
      expect(await wake(ctx, model, ascent, { signal: abort.signal })).toMatchObject([{ by: 'noise' }]);
    });
  });

  test('a unit is not lowered before its ReLU: that could not open it', async () => {
    const ctx = await testContext();
    const { outcomes } = await render(ctx, gated(), recipe('relu:1', { direction: -1 }));
    expect(outcomes[0].start.by).toBe('dead');
  });

  test('a recipe with starts has to be woken before it runs', async () => {
    const ctx = await testContext();
    const starts = [{ by: 'preactivation', steps: 10 }] as const;
    using ascent = await createAscent(ctx, gated(), recipe('relu:1', { starts }));
    expect(() => ascent.run(1)).toThrow(
      'recipe.starts: these starts have to be made first: await wake(ctx, model, run)',
    );
    await wake(ctx, gated(), ascent);
    expect(ascent.run(1)).toBe(1);
  });

  test.each([
    ['starts', [{ by: 'noise' }, { by: 'noise' }], 'recipe.starts: needs 1, one for each seed'],
    ['by', [{ by: 'magic' }], 'recipe.starts[0].by: must be noise, preactivation, seed, picture'],
    ['steps', [{ by: 'preactivation', steps: 0 }], 'recipe.starts[0].steps: must be a whole number from 1, got 0'],
  ])('a recipe with wrong %s is refused', (_, starts, message) => {
    expect(() => parseRecipe(JSON.stringify({ ...recipe('relu:1'), starts }))).toThrow(message);
  });
});

describe('rectifiers of a layer', () => {
  const layer = (name: string, type: string, inputs: string[], attrs = {}, output = name) => ({
    name,
    type,
    attrs,
    inputs,
    output,
    weights: {},
  });
  const model: Model = {
    ...gated(),
    layers: [
      layer('conv1', 'conv2d', ['data']),
      layer('relu1', 'relu', ['conv1'], { slope: 0 }, 'conv1'),
      layer('conv2', 'conv2d', ['conv1']),
      layer('relu2', 'relu', ['conv2'], { slope: 0 }, 'conv2'),
      layer('relu6', 'pointwise', ['conv1'], { f: 'clip', a: 0, b: 6 }),
      layer('leaky', 'relu', ['conv1'], { slope: 0.1 }),
      layer('concat', 'concat', ['conv2', 'relu6', 'leaky']),
      layer('pool', 'maxPool', ['concat']),
    ],
  };
  for (const [name, rectifiers] of [
    ['conv1', []],
    ['relu1', ['relu1']],
    ['relu2', ['relu2']],
    ['leaky', []],
    ['concat', ['relu2', 'relu6']],
    ['pool', ['relu2', 'relu6']],
  ] as const) {
    test(`${name}: ${rectifiers.join(', ') || 'none'}`, () => {
      expect([...rectifiersAt(model, name)].sort()).toEqual(rectifiers);
    });
  }
});
