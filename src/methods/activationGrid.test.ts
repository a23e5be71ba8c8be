// Activation grids of a small net: directions beside float64, groups that add up to the picture, and what is refused.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import type { WeightData } from '../graph/model.js';
import { importCaffe } from '../importers/index.js';
import { loadStatistics } from '../node/statistics.js';
import { activations } from '../scene/forward.js';
import { activationGrid, gridDirections } from './activationGrid.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.2 }';
const net = {
  ...importCaffe(
    `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 11 input_dim: 15
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
    convolution_param { num_output: 6 kernel_size: 5 stride: 3 ${FILLER} } }
  layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc" inner_product_param { num_output: 3 ${FILLER} } }`,
    undefined,
    {
      seededWeights: 2,
      preprocessing: { mean: [100, 110, 120], scale: 0.02, order: 'rgb', fit: 'crop', stated: true },
    },
  ),
  statistics: 'world',
};
const [C, H, W] = [6, 3, 4];
const rng = createRng(4);
const picture = Float32Array.from({ length: 3 * 11 * 15 }, () => 2 * rng.normal());
const statistics = await loadStatistics('world');

async function placesOfPicture(): Promise<number[][]> {
  const maps = await activations(await testContext(), net, picture, ['relu1']);
  const data = maps.get('relu1')?.data ?? [];
  return Array.from({ length: H * W }, (_, p) => Array.from({ length: C }, (_, c) => data[c * H * W + p]));
}

describe('an activation grid', () => {
  test('has at each place the direction in which it differs from the picture’s mean', async () => {
    const places = await placesOfPicture();
    const mean = Array.from({ length: C }, (_, c) => places.reduce((sum, row) => sum + row[c], 0) / places.length);
    const { cells, size } = await gridDirections(await testContext(), net, picture, { layer: 'conv1' });
    expect(size).toEqual([H, W]);
    for (const [p, { direction, strength, weights }] of cells.entries()) {
      for (const [c, value] of direction.entries()) expect(value).toBeCloseTo(places[p][c] - mean[c], 6);
      expect(strength).toBeCloseTo(Math.hypot(...places[p]), 6);
      expect(weights.reduce((a, b) => a + b)).toBe(1);
    }
  });

  test('has groups whose directions are orthogonal to the mean, and which are somewhere', async () => {
    const places = await placesOfPicture();
    const mean = Array.from({ length: C }, (_, c) => places.reduce((sum, row) => sum + row[c], 0) / places.length);
    const { cells } = await gridDirections(await testContext(), net, picture, { layer: 'conv1', groups: 3 });
    expect(cells.length).toBe(3);
    for (const { direction, weights, strength } of cells) {
      expect(direction.reduce((sum, value, c) => sum + value * mean[c], 0)).toBeCloseTo(0, 8);
      expect(strength).toBe(Math.max(...weights));
      expect(Math.min(...weights)).toBeGreaterThanOrEqual(0);
    }
  });

  test('has images that differ, the same in any batch', async () => {
    const ctx = await testContext();
    const own = { layer: 'conv1', statistics, steps: 6 };
    const shares: number[] = [];
    const { cells } = await activationGrid(ctx, net, picture, { ...own, onProgress: (share) => shares.push(share) });
    expect(shares.at(-1)).toBe(1);
    const images = cells.map(({ image }) => image?.join());
    expect(images.every((image) => image !== undefined)).toBe(true);
    expect(new Set(images).size).toBe(H * W);
    const few = await activationGrid(ctx, net, picture, { ...own, batch: 5 });
    for (const [p, { image }] of few.cells.entries()) {
      const other = cells[p].image ?? new Float32Array();
      const off = (image ?? new Float32Array()).reduce((most, v, i) => Math.max(most, Math.abs(v - other[i])), 0);
      // Levels of 255: other kernels may round otherwise, and six steps carry it on.
      expect(off).toBeLessThan(0.05);
    }
  });

  test('refuses a layer without maps, one of zeros, several pictures, and too many groups', async () => {
    const ctx = await testContext();
    const made = (input: Float32Array, more: object) => gridDirections(ctx, net, input, { layer: 'conv1', ...more });
    await expect(made(picture, { layer: 'fc' })).rejects.toThrow("layer: 'fc' has no map with several places");
    const biases = [...net.weights].map(([name, own]): [string, WeightData] =>
      /^conv1.*b/.test(name)
        ? [name, { shape: own.shape, dtype: 'f32', data: Float32Array.from(own.data, () => -1e6) }]
        : [name, own],
    );
    const silent = { ...net, weights: new Map(biases) };
    await expect(gridDirections(ctx, silent, picture, { layer: 'conv1' })).rejects.toThrow(
      "layer: 'conv1' holds nothing but zeros of this picture",
    );
    await expect(made(new Float32Array(2 * picture.length), {})).rejects.toThrow('picture: must be one');
    await expect(made(picture, { groups: 7 })).rejects.toThrow(
      "count: must be a whole number from 1 to the layer's 6 channels, got 7",
    );
    // What is even gives the same everywhere: no layer here pads.
    const flat = Float32Array.from(picture, (_, i) => [2, -2, 1][Math.floor(i / (11 * 15))]);
    await expect(activationGrid(ctx, net, flat, { layer: 'conv1', statistics })).rejects.toThrow(
      "'conv1' has the same activations at all places of this picture",
    );
  });
});
