// Recipes as earlier versions wrote them, without a version, a fingerprint or a version of the library: they still read, and say the same.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { VERSION } from '../../src/core/version.js';
import type { Model } from '../../src/graph/model.js';
import { importCaffe } from '../../src/importers/index.js';
import { parseRecipe } from '../../src/methods/readRecipe.js';
import { createRecipe, ROW_NAMES } from '../../src/methods/recipe.js';
import { yosinski2015 } from '../../src/methods/yosinski2015.js';
import { modelHash } from '../../src/scene/modelHash.js';
import type { ImageStatistics } from '../../src/scene/statistics.js';
import { aboutRun, otherModel, otherStatistics, statisticsIn, statisticsOf } from '../../src/synthesize/about.js';
import { parts } from '../../src/synthesize/parts.js';
import { readStudy } from '../../src/synthesize/readStudy.js';
import { createStudy, toSpecs } from '../../src/synthesize/study.js';
import { testContext } from '../support/device.js';

const stored = (name: string) => readFileSync(`${import.meta.dirname}/${name}.json`, 'utf8');

describe.each([...ROW_NAMES])('a stored recipe of the preset %s', (name) => {
  const wanted = createRecipe({ unit: 'conv5:3', preset: name, seeds: [0, 3], steps: 15 });

  test('reads as it was written', () => {
    expect(parseRecipe(stored(name))).toEqual(wanted);
  });

  test('reads without what it says about its run', () => {
    const { about: _, ...bare } = JSON.parse(stored(name));
    expect(parseRecipe(JSON.stringify(bare))).toEqual(wanted);
  });

  test('stands for a study that reads too', () => {
    const study = toSpecs(yosinski2015(parseRecipe(stored(name))));
    expect(readStudy(JSON.parse(JSON.stringify(study)), parts)).toEqual(study);
  });
});

test('a study reads with what it says about its run, which is no part of it', () => {
  const study = toSpecs(yosinski2015(parseRecipe(stored('blur'))));
  expect(readStudy({ ...study, about: { hash: 'x' } }, parts)).toEqual(study);
});

test.each<[string, object, string]>([
  ['another method', { method: 'magic' }, 'study.method: must be \'synthesize\', got "magic"'],
  ['a later version', { version: 3 }, 'study.version: must be 2, got 3'],
  [
    'a field of its own',
    { color: 1 },
    'study.color: is no field here; known: method, version, canvas, backward, objective',
  ],
  [
    'an objective without a name',
    { objective: { unit: 'a:1' } },
    'study.objective.name: must be a part such as { "name": … }, got nothing',
  ],
  ['regularizers that are no list', { regularize: { name: 'blur' } }, 'study.regularize: must be a list of parts'],
  ['no seeds', { seeds: [] }, 'study.seeds: needs at least one seed, got []'],
  ['no steps', { steps: 0 }, 'study.steps: must be a whole number from 1, got 0'],
])('a study with %s is refused', (_, change, message) => {
  const study = toSpecs(yosinski2015(parseRecipe(stored('blur'))));
  expect(() => readStudy({ ...study, ...change }, parts)).toThrow(message);
});

describe('what a recipe says about its run', () => {
  const net = (kernel: number, seed: number): Model =>
    importCaffe(
      `name: "net" input: "data" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 9
       layer { name: "c" type: "Convolution" bottom: "data" top: "c" convolution_param { num_output: 2 kernel_size: ${kernel} weight_filler { type: "msra" } } }`,
      undefined,
      { seededWeights: seed },
    );

  test('the version is that of the package', () => {
    expect(VERSION).toBe(manifest.version);
  });

  test('a model has the same fingerprint whenever it is opened', async () => {
    const hash = await modelHash(net(3, 1));
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(await modelHash(net(3, 1))).toBe(hash);
    // The name, labels and preprocessing are not in it; the order of the weights does not matter.
    const model = net(3, 1);
    const weights = new Map([...model.weights].reverse());
    expect(await modelHash({ ...model, name: 'other', labels: ['a', 'b'], weights })).toBe(hash);
  });

  test('models differ by a weight, a layer, an attribute and the size of the input', async () => {
    const model = net(3, 1);
    const [layer] = model.layers;
    const w = model.weights.get(layer.weights.w);
    if (w?.dtype !== 'f32') throw new Error('no weights');
    const data = w.data.slice();
    data[data.length - 1] += 1e-6;
    const all = [
      model,
      { ...model, weights: new Map(model.weights).set(layer.weights.w, { ...w, data }) },
      { ...model, layers: [{ ...layer, name: 'd' }] },
      { ...model, layers: [{ ...layer, attrs: { ...layer.attrs, pad: [1, 1, 1, 1] } }] },
      { ...model, input: { ...model.input, shape: [1, 3, 9, 10] } },
    ];
    const hashes = await Promise.all(all.map(modelHash));
    expect(new Set(hashes).size).toBe(all.length);
  });

  test('names library, model, fingerprint and adapter', async () => {
    const ctx = await testContext();
    const model = net(3, 1);
    expect(await aboutRun(ctx, model)).toEqual({
      convscope: VERSION,
      model: 'net',
      hash: await modelHash(model),
      adapter: ctx.adapterName,
    });
  });

  test('names the statistics that its parts ask for, at any depth, and tells others from them', async () => {
    const ctx = await testContext();
    const own: ImageStatistics = {
      source: 'two pictures',
      count: 2,
      size: [2, 2],
      mean: Float32Array.of(0.5, 0.5, 0.5),
      covariance: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      magnitude: new Float32Array(12).fill(1),
      coarse: { size: [1, 1], mean: new Float32Array(3), factor: new Float32Array(3) },
    };
    const study = createStudy({
      objective: { name: 'logit', class: 0 },
      params: { name: 'pixels', start: 'coarse', statistics: 'own' },
      optim: [{ name: 'precondition', statistics: 'own' }],
    });
    expect(statisticsIn(study)).toEqual(['own']);
    expect(statisticsIn({ params: { name: 'pixels', start: 'mean', statistics: 'natural' } })).toEqual([]);
    const used = statisticsOf(study, { own, unused: own });
    expect(used).toEqual({ own });
    const about = await aboutRun(ctx, net(3, 1), { statistics: used });
    expect(about.statistics).toEqual({ own: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(await otherStatistics(about, { own })).toEqual([]);
    expect(await otherStatistics(about, { own: { ...own, mean: Float32Array.of(0.5, 0.5, 0.4) } })).toEqual(['own']);
    expect(await otherStatistics(JSON.parse(stored('blur')).about, { own })).toEqual([]);
  });

  test('another model is named, the same is not, and nothing is said of recipes without a fingerprint', async () => {
    const ctx = await testContext();
    const about = await aboutRun(ctx, net(3, 1));
    expect(await otherModel(about, net(3, 1))).toBeUndefined();
    expect(await otherModel(about, net(3, 2))).toMatch(
      /^the recipe was made with 'net' \([0-9a-f]{12}…\), and 'net' \([0-9a-f]{12}…\) has other layers or weights/,
    );
    expect(await otherModel(JSON.parse(stored('blur')).about, net(3, 2))).toBeUndefined();
    expect(await otherModel(undefined, net(3, 2))).toBeUndefined();
  });

  test('is without a fingerprint where the platform makes none', async () => {
    const ctx = await testContext();
    const { subtle } = crypto;
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true });
    try {
      expect(await aboutRun(ctx, net(3, 1))).not.toHaveProperty('hash');
    } finally {
      Object.defineProperty(crypto, 'subtle', { value: subtle, configurable: true });
    }
  });
});
