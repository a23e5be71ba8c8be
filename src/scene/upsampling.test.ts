// Maps between the centres of receptive fields, against the sum of hat functions that bilinear interpolation is.
import { describe, expect, test } from 'vitest';
import { createRng } from '../core/rng.js';
import { importCaffe } from '../importers/index.js';
import { axisOf, fieldCentres, type Grid, gridOf, placesAbove } from './upsampling.js';
import { upsampled } from './upsampling.ref.js';

const NET = `name: "net" input: "data" input_dim: 1 input_dim: 3 input_dim: 33 input_dim: 41
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
    convolution_param { num_output: 2 kernel_size: 7 stride: 2 } }
  layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
    pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
  layer { name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2"
    convolution_param { num_output: 3 kernel_h: 5 kernel_w: 3 pad_h: 2 pad_w: 1 } }
  layer { name: "fc" type: "InnerProduct" bottom: "conv2" top: "fc" inner_product_param { num_output: 4 } }`;
const model = importCaffe(NET, undefined, { seededWeights: 1 });

describe('centres of receptive fields', () => {
  // compose_fieldmap: offset, size and step of a chain of windows; a field's centre is offset + step·i + size/2.
  test.each([
    ['conv1', [14, 18], 0, 7, 2],
    ['pool1', [7, 9], 0, 11, 4],
    ['conv2', [7, 9], -8, 27, 4],
  ] as const)('%s', (layer, [H, W], offset, size, step) => {
    const { y } = fieldCentres(model, layer, [H, W]);
    expect(y).toEqual(Array.from({ length: H }, (_, i) => offset + step * i + size / 2));
  });

  test('of another kernel along x', () => {
    const { x } = fieldCentres(model, 'conv2', [7, 9]);
    expect(x).toEqual(Array.from({ length: 9 }, (_, i) => -4 + 4 * i + 19 / 2));
  });

  test('of a layer that sees the whole image at every place are refused', () => {
    const pooled = importCaffe(
      `${NET} layer { name: "all" type: "Pooling" bottom: "conv2" top: "all" pooling_param { pool: AVE global_pooling: true } }
       layer { name: "back" type: "Deconvolution" bottom: "all" top: "back" convolution_param { num_output: 2 kernel_size: 3 } }`,
      undefined,
      { seededWeights: 1 },
    );
    expect(() => gridOf(pooled, 'back', [3, 3], [5, 5])).toThrow(
      /layers: the places of 'back' see one and the same part of the image, at \[.*\].*name a layer before it/,
    );
  });
});

describe('places above a threshold', () => {
  const rng = createRng(3);
  const cases: readonly (readonly [string, readonly number[], readonly number[], number, number])[] = [
    ['more places than rows', [3.5, 7.5, 11.5, 19], [2, 9, 13.25], 17, 23],
    ['fewer places than rows', [0.5, 1.5, 2.5, 3.5, 4.5, 5.5], [0, 1, 2, 3, 4, 5, 6, 7, 8], 3, 4],
    ['centres outside the image', [-9, -3, 3, 9, 15, 21, 40], [-2, 50], 11, 7],
    ['one row', [6], [1, 5, 12], 9, 8],
    ['one row and one column', [6], [6], 5, 3],
  ];
  test.each(cases)('%s', (_, ys, xs, rows, columns) => {
    const [height, width] = [18, 21];
    const grid: Grid = { y: axisOf(ys, height, rows), x: axisOf(xs, width, columns) };
    const found = new Uint32Array(rows * columns);
    for (let trial = 0; trial < 30; trial++) {
      const map = Float32Array.from({ length: ys.length * xs.length }, () => Math.max(0, rng.normal()));
      const threshold = trial % 3 === 0 ? 0 : map[trial % map.length] * 0.83;
      const want = upsampled(map, ys, xs, height, width, rows, columns);
      const count = placesAbove(map, grid, threshold, found);
      // In the order of cells, not of places.
      expect([...found.subarray(0, count)].sort((a, b) => a - b)).toEqual(
        [...want.keys()].filter((place) => want[place] > threshold),
      );
    }
  });

  test('a plateau at the threshold is not above it, and rounding changes nothing of that', () => {
    const xs = Array.from({ length: 7 }, (_, i) => 1 + 3.1 * i);
    const grid: Grid = { y: axisOf(xs, 20, 39), x: axisOf(xs, 20, 41) };
    const level = Math.fround(0.1);
    expect(placesAbove(new Float32Array(49).fill(level), grid, level, new Uint32Array(39 * 41))).toBe(0);
  });
});
