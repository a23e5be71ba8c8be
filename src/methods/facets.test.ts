import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { worldImage } from '../../train/world/index.js';
import { relevanceTo } from '../attribute/relevance.js';
import { createRng } from '../core/rng.js';
import { adjustedRand } from '../facets/agreement.js';
import { importCaffe } from '../importers/index.js';
import { codes } from '../scan/codes.js';
import { scan } from '../scan/scan.js';
import { classify } from '../scene/forward.js';
import { type Picture, preprocessPicture } from '../scene/input.js';
import { synthesize } from '../synthesize/synthesize.js';
import { codeNames, facetOf, facetStudy, findFacets, layersOfCodes } from './facets.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.2 }';
const NET = `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 12 input_dim: 10
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 6 kernel_size: 3 ${FILLER} } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "fc6" type: "InnerProduct" bottom: "conv" top: "fc6" inner_product_param { num_output: 12 ${FILLER} } }
  layer { name: "relu6" type: "ReLU" bottom: "fc6" top: "fc6" }
  layer { name: "fc7" type: "InnerProduct" bottom: "fc6" top: "fc7" inner_product_param { num_output: 10 ${FILLER} } }
  layer { name: "fc8" type: "InnerProduct" bottom: "fc7" top: "fc8" inner_product_param { num_output: 3 ${FILLER} } }
  layer { name: "prob" type: "Softmax" bottom: "fc8" top: "prob" }`;
const net = importCaffe(NET, undefined, {
  seededWeights: 3,
  preprocessing: { mean: [100, 110, 120], scale: 0.02, order: 'rgb', stated: true },
});

const rng = createRng(9);
/** Bright on the left or on the right, with noise. */
const kinds = Array.from({ length: 40 }, (_, i) => i % 2);
const pictures = kinds.map(
  (kind): Picture => ({
    width: 10,
    height: 12,
    data: Uint8ClampedArray.from({ length: 480 }, (_, i) => {
      if (i % 4 === 3) return 255;
      const left = ((i >> 2) % 10 < 5 ? 0 : 1) === kind;
      return (left ? 210 : 40) + 20 * rng.normal();
    }),
  }),
);

describe('facets', () => {
  test('are the kinds that there are, by layers behind the maps, each with the mean of its nearest pictures', async () => {
    const ctx = await testContext();
    expect(codeNames(net, 'conv:2')).toEqual(['fc6', 'fc7']);
    const found = await findFacets(ctx, net, pictures, { unit: 'conv:2', choose: 'all', k: 2, nearest: 3 });
    expect(
      adjustedRand(
        found.images.map(({ facet }) => facet),
        kinds,
      ),
    ).toBe(1);
    expect(found.images.map(({ id }) => id)).toEqual(pictures.map((_, i) => i));
    for (const { members, mean } of found.facets) {
      expect(members.length).toBe(20);
      const inputs: Float32Array[] = [];
      for (const id of members.slice(0, 3)) inputs.push(await preprocessPicture(ctx, net, pictures[Number(id)]));
      const want = mean.map((_, i) => inputs.reduce((sum, input) => sum + input[i] / 3, 0));
      for (const [i, value] of mean.entries()) expect(Math.abs(value - want[i])).toBeLessThan(1e-5);
    }
  });

  test('codes of a class are what units contribute to it, and maxima of maps', async () => {
    const ctx = await testContext();
    expect(codeNames(net, 'fc8:1')).toEqual(['fc6@relevance', 'fc7@relevance']);
    const [conv, fc7] = layersOfCodes(net, ['conv@max', 'fc7@relevance']);
    const collectors = [
      codes(fc7),
      codes(fc7, { places: 'sum', read: relevanceTo({ layer: 'fc8', channel: 1 }) }),
      codes(conv, { places: 'max' }),
      codes(conv, { places: 'mean' }),
    ];
    const { states } = await scan(ctx, net, pictures.slice(0, 5), collectors, { batch: 3 });
    const w =
      net.weights.get('fc8/w') ?? net.weights.get(net.layers.find(({ name }) => name === 'fc8')?.weights.w ?? '');
    if (w?.dtype !== 'f32') throw new Error('fc8 has no weights');
    for (let i = 0; i < 5; i++) {
      const [activations, relevances, maxima, means] = states.map((state) => [...(state.get(i)?.row ?? [])]);
      const want = activations.map((value, j) => value * w.data[10 + j]);
      for (const [j, value] of relevances.entries()) expect(value).toBeCloseTo(want[j], 4);
      expect(maxima.length).toBe(6);
      for (const [c, value] of maxima.entries()) expect(value).toBeGreaterThanOrEqual(means[c]);
    }
    expect(() => layersOfCodes(net, ['fc7@most'])).toThrow(
      "'fc7@most' must be a layer, or one with @mean or @max or @relevance",
    );
    await expect(
      findFacets(ctx, net, pictures, { unit: 'fc6:1', choose: 'all', k: 2, codes: ['fc7@relevance'] }),
    ).rejects.toThrow(/does not influence/);
  });

  test('of a class are among the pictures that the net takes for it', async () => {
    const ctx = await testContext();
    const inputs: number[] = [];
    for (const picture of pictures) inputs.push(...(await preprocessPicture(ctx, net, picture)));
    const guesses = await classify(ctx, net, Float32Array.from(inputs), 1);
    const [[{ index }]] = guesses;
    const own = guesses.flatMap(([guess], i) => (guess.index === index ? [i] : []));
    const found = await findFacets(ctx, net, pictures, { unit: `fc8:${index}`, k: 2 });
    expect(found.images.map(({ id }) => id)).toEqual(own);
    await expect(findFacets(ctx, net, pictures, { unit: 'conv:1', choose: 'class' })).rejects.toThrow(/is none/);
  });

  test('of an inner unit are among the pictures that it likes best', async () => {
    const ctx = await testContext();
    const found = await findFacets(ctx, net, pictures, { unit: 'conv:1', count: 12, k: 2 });
    expect(found.images.length).toBe(12);
    expect(found.facets.flatMap(({ members }) => members).length).toBe(12);
  });

  test('by hand have the mean of the first pictures, and the names of all', async () => {
    const ctx = await testContext();
    const chosen = [5, 2, 9].map((i) => ({ id: `picture ${i}`, picture: pictures[i] }));
    const { members, mean } = await facetOf(ctx, net, chosen, 2);
    expect(members).toEqual(['picture 5', 'picture 2', 'picture 9']);
    const [a, b] = [await preprocessPicture(ctx, net, pictures[5]), await preprocessPicture(ctx, net, pictures[2])];
    for (const [i, value] of mean.entries()) expect(Math.abs(value - (a[i] + b[i]) / 2)).toBeLessThan(1e-5);
    await expect(facetOf(ctx, net, [])).rejects.toThrow(/at least one/);
    await expect(facetOf(ctx, net, chosen, 0)).rejects.toThrow(/'?nearest'?.*from 1, got 0/);
  });

  test('are drawn in one batch, each from its mean image', async () => {
    const ctx = await testContext();
    const found = await findFacets(ctx, net, pictures, { unit: 'fc8:1', choose: 'all', k: 2 });
    const { study, pictures: starts } = facetStudy(net, found, 'mfvMean', 4);
    const loop = synthesize(ctx, net, { ...study, phases: [] }, { pictures: starts, every: 1 });
    const first = await loop.next();
    if (first.done) throw new Error('there is no step');
    expect(first.value.run.recipe.starts).toEqual([0, 1].map((n) => ({ by: 'picture', picture: `mean-${n + 1}.png` })));
    let last = first as Awaited<ReturnType<typeof loop.next>>;
    while (!last.done) last = await loop.next();
    expect(last.value.images.every(Number.isFinite)).toBe(true);
    for (const { start } of last.value.outcomes) expect(start.by).toBe('picture');
  });

  test('pictures of the toy world are told apart by mini-caffenet: both kinds of markets', async () => {
    const { loadModel } = await import('../node/models.js');
    const ctx = await testContext();
    const model = await loadModel('mini-caffenet');
    const market = 19;
    const all = Array.from({ length: 60 }, (_, i) => worldImage(3, i, { class: market, facet: i % 2 }));
    const found = await findFacets(ctx, model, all, { unit: `fc8:${market}`, choose: 'all', k: 2 });
    expect(
      adjustedRand(
        found.images.map(({ facet }) => facet),
        all.map(({ facet }) => facet),
      ),
    ).toBeGreaterThan(0.8);
  }, 60_000);
});
