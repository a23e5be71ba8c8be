// Directions as they are found in pictures: how much they explain beside float64, and that the seed and the pictures decide all of it.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { table } from '../directions/linear.js';
import { importCaffe } from '../importers/index.js';
import { placesOf, samples } from '../scan/samples.js';
import { scan } from '../scan/scan.js';
import { withDirections } from '../scene/directions.js';
import { activations } from '../scene/forward.js';
import { DIRECTION_METHODS, directionValues, findDirections } from './directions.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.3 }';
const NET = `name: "small" input: "data" input_dim: 1 input_dim: 2 input_dim: 6 input_dim: 7
  layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param { num_output: 5 kernel_size: 3 ${FILLER} } }
  layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param { num_output: 7 ${FILLER} } }`;
const net = importCaffe(NET, undefined, { seededWeights: 5 });
const IMAGES = 40;
const rng = createRng(8);
const images = Array.from({ length: IMAGES }, (_, id) => ({
  id,
  input: Float32Array.from({ length: 2 * 6 * 7 }, () => rng.normal()),
}));

test('samples are the activations at places that the seed and the image decide', async () => {
  const ctx = await testContext();
  const layer = { layer: 'conv', shape: [5, 4, 5] } as const;
  const { states } = await scan(ctx, net, images, [samples(layer, { perImage: 3, seed: 6 })], {});
  const { data = [] } = (await activations(ctx, net, images[17].input, ['relu'])).get('relu') ?? {};
  const places = placesOf(17, 3, 20, 6);
  expect(new Set(places).size).toBe(3);
  const want = places.flatMap((place) => Array.from({ length: 5 }, (_, c) => data[c * 20 + place]));
  for (const [i, value] of (states[0].get(17)?.row ?? []).entries()) expect(value).toBeCloseTo(want[i], 5);
  // More places than there are: all of them, each once.
  expect(placesOf(3, 20, 20, 0).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

describe('directions', () => {
  test.each(DIRECTION_METHODS)('by %s explain what their layer gives back', async (method) => {
    const ctx = await testContext();
    const found = await findDirections(ctx, net, images, {
      layer: 'conv',
      method,
      count: 3,
      perImage: 6,
      seed: 2,
      ...(method === 'sae' && { sparsity: { topK: 2 }, steps: 150 }),
    });
    const { dictionary, explained } = found;
    expect(dictionary).toMatchObject({
      layer: 'conv',
      name: method,
      method,
      count: 3,
      channels: 5,
      model: { name: 'small' },
    });
    expect([found.samples, found.heldOut]).toEqual([36 * 6, 4 * 6]);

    // The layer itself on the held-out images, at the same places.
    const model = await withDirections(net, [dictionary]);
    const last = model.layers.filter(({ output }) => output === `conv@${method}`).at(-1)?.name ?? '';
    const mean = new Float64Array(5);
    let count = 0;
    for (const { id, input } of images) {
      if (id % 10 === 9) continue;
      const x = (await activations(ctx, net, input, ['relu'])).get('relu')?.data ?? [];
      for (const place of placesOf(id, 6, 20, 2)) {
        count++;
        for (let c = 0; c < 5; c++) mean[c] += x[c * 20 + place];
      }
    }
    let [error, whole] = [0, 0];
    for (const { id, input } of images.filter(({ id }) => id % 10 === 9)) {
      const got = await activations(ctx, model, input, ['relu', last]);
      const [x, a] = ['relu', last].map((name) => got.get(name)?.data ?? new Float32Array());
      for (const place of placesOf(id, 6, 20, 2)) {
        for (let c = 0; c < 5; c++) {
          let made = dictionary.mean?.[c] ?? 0;
          for (let k = 0; k < 3; k++) made += a[k * 20 + place] * dictionary.directions[k * 5 + c];
          error += (x[c * 20 + place] - made) ** 2;
          whole += (x[c * 20 + place] - mean[c] / count) ** 2;
        }
      }
    }
    expect(explained).toBeCloseTo(1 - error / whole, 4);
    expect(explained).toBeGreaterThan(0.3);
    expect(explained).toBeLessThan(1);
  });

  test('all principal components together explain everything, and a few no less than any other few', async () => {
    const ctx = await testContext();
    const explained = async (method: 'pca' | 'ica' | 'nmf', count: number) =>
      (await findDirections(ctx, net, images, { layer: 'conv', method, count, perImage: 20 })).explained;
    expect(await explained('pca', 5)).toBeCloseTo(1, 6);
    expect(await explained('ica', 2)).toBeCloseTo(await explained('pca', 2), 4);
    expect(await explained('nmf', 2)).toBeLessThan(await explained('pca', 3));
  });

  test('what cannot be is refused', async () => {
    const ctx = await testContext();
    const refused = (options: object) =>
      expect(findDirections(ctx, net, images, { layer: 'conv', method: 'pca', ...options })).rejects;
    await refused({ layer: 'conf' }).toThrow('conf');
    await refused({ count: 6 }).toThrow("from 1 to the layer's 5 channels, got 6");
    await refused({ layer: 'fc', method: 'nmf', count: 2 }).toThrow('nmf needs activations from 0');
    await refused({ perImage: 0 }).toThrow('perImage: must be a whole number from 1, got 0');
    await expect(
      findDirections(ctx, net, images.slice(0, 5), { layer: 'conv', method: 'pca', count: 2 }),
    ).rejects.toThrow('must be 10 or more');
  });
});

test('the greatest k of equal numbers at the border all stay, as on the device', () => {
  const own = {
    layer: 'conv',
    name: 'own',
    method: 'custom',
    count: 3,
    channels: 1,
    directions: Float32Array.of(1, 1, 2),
    activation: { topK: 2 },
  } as const;
  expect([...directionValues(own, table(1, 1, Float64Array.of(3))).data]).toEqual([3, 3, 6]);
});
