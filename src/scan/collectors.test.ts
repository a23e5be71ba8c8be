// Collectors by themselves, on numbers that no net made: parts of a set merge to what the whole set gives, to the last bit, however
// it was divided.
import { describe, expect, test } from 'vitest';
import { createRng } from '../core/rng.js';
import type { PlacedLabels } from '../scene/labels.js';
import type { UnitLayer } from '../scene/unitLayers.js';
import { axisOf } from '../scene/upsampling.js';
import { codes } from './codes.js';
import type { Collector, ScannedImage } from './collector.js';
import {
  addExactly,
  countTerm,
  decodeSums,
  encodeSums,
  exactSums,
  mergeSums,
  toNumber,
  wholesOf,
} from './exactSums.js';
import { greatest } from './greatest.js';
import { histogram } from './histogram.js';
import { pictureMagnitudes, pictureViews } from './imageStatistics.js';
import { moments, momentsOf } from './moments.js';
import { overlaps } from './overlaps.js';
import { quantileOf, quantiles } from './quantiles.js';
import { samples } from './samples.js';
import { topK } from './topK.js';

const LAYERS: readonly UnitLayer[] = [
  { layer: 'a', shape: [3, 2, 5] },
  { layer: 'b', shape: [4, 1, 1] },
];
const IMAGES = 23;

/** For each image the numbers of each value that a collector reads. */
type Rows = (image: number) => readonly Float32Array[];

const rng = createRng(5);
/** Whole numbers, so that equal values are frequent; and values of very different sizes, whose sums depend on the order. */
const drawn = (size: number, whole: boolean) =>
  Array.from({ length: IMAGES }, () =>
    Float32Array.from({ length: size }, () =>
      whole ? Math.round(3 * rng.normal()) : rng.normal() * 10 ** (8 * rng.uniform() - 4),
    ),
  );
const maps = LAYERS.map(({ shape: [C, H, W] }) => drawn(C * H * W, false));
const maxima = drawn(7 * 2, true).map((row) => row.map((value, i) => (i % 2 === 1 ? Math.abs(value) : value)));
const spectra = maps[0].map((map) => Float32Array.from({ length: 3 * 2 * 3 * 2 }, (_, k) => map[k % 30] / (k + 1)));
const pairs = LAYERS.map(({ shape: [C] }) => drawn(C * 2, false).map((row) => row.map((v, i) => (i % 2 ? v * v : v))));

const wholes = LAYERS.map(({ shape: [C, H, W] }) => drawn(C * H * W, true));
/** Two categories: maps of 3x4 places, and every third picture labelled as a whole. */
const labelsOf = (i: number): PlacedLabels => [
  [Uint8Array.from({ length: 12 }, (_, place) => (place * (i + 2)) % 3)],
  i % 3 === 0 ? [3] : [],
];

const CASES: Readonly<Record<string, { readonly collector: Collector<unknown>; readonly rows: Rows }>> = {
  'topK, k = 4': { collector: topK(LAYERS, { k: 4 }), rows: (i) => [maxima[i]] },
  'topK, k above the number of images': { collector: topK(LAYERS, { k: 30 }), rows: (i) => [maxima[i]] },
  moments: { collector: moments(LAYERS), rows: (i) => pairs.map((layer) => layer[i]) },
  histogram: { collector: histogram(LAYERS, { edges: [-1, 0, 0.5, 7] }), rows: (i) => maps.map((layer) => layer[i]) },
  'greatest, equal ones among them': {
    collector: greatest(LAYERS, { keep: [5, 3] }),
    rows: (i) => wholes.map((layer) => layer[i]),
  },
  'greatest, more than there are': {
    collector: greatest(LAYERS, { keep: [500, 40] }),
    rows: (i) => maps.map((layer) => layer[i]),
  },
  overlaps: {
    collector: overlaps(LAYERS, {
      thresholds: [Float64Array.of(0, 1, -2), Float64Array.of(0.5, 2, 1, 0)],
      grids: [
        { y: axisOf([2, 7], 9, 3), x: axisOf([1, 3, 5, 7, 9], 11, 4) },
        { y: axisOf([4], 9, 3), x: axisOf([5], 11, 4) },
      ],
      categories: [0, 0, 1],
      meaning: 'a, b, c',
      labels: ({ index }) => labelsOf(index),
    }),
    rows: (i) => wholes.map((layer) => layer[i]),
  },
  quantiles: { collector: quantiles(LAYERS), rows: (i) => maps.map((layer) => layer[i]) },
  codes: {
    collector: codes(LAYERS[0], {
      places: [
        [0, 1],
        [1, 4],
      ],
    }),
    rows: (i) => [maps[0][i].slice(0, 6)],
  },
  samples: { collector: samples(LAYERS[0], { perImage: 3, seed: 2 }), rows: (i) => [maps[0][i]] },
  'samples that read something else, off the border': {
    collector: samples(
      { layer: 'a', shape: [9, 3, 5] },
      { perImage: 1, border: 1, read: { name: 'half', channels: 2, value: (_, x) => x } },
    ),
    rows: (i) => [maps[0][i]],
  },
  'views of pictures': { collector: pictureViews([2, 5], [2, 2]), rows: (i) => [maps[0][i]] },
  'magnitudes of pictures': {
    collector: pictureMagnitudes([2, 5], [0.5, 0.4, 0.3], [1, 0, 0, 0.5, 1, 0, 0.25, 0.5, 2]),
    rows: (i) => [spectra[i]],
  },
};

/** The state after images `from` to `to`, in batches of `batch`. */
function collect({ collector, rows }: (typeof CASES)[string], from: number, to: number, batch = to - from): unknown {
  let state = collector.empty();
  for (let first = from; first < to; first += batch) {
    const images: ScannedImage[] = [];
    for (let i = first; i < Math.min(first + batch, to); i++) images.push({ index: i, id: `image ${i}` });
    const values = rows(0).map((row, v) => {
      const joined = new Float32Array(row.length * batch);
      for (const [n, { index }] of images.entries()) joined.set(rows(index)[v], n * row.length);
      return joined;
    });
    if (images.length > 0) state = collector.add(state, values, images);
  }
  return state;
}

describe.each(Object.entries(CASES))('%s', (_, one) => {
  const { collector } = one;
  const { merge, codec } = collector;
  const encoded = (state: unknown) => JSON.stringify(codec.encode(state));
  const whole = encoded(collect(one, 0, IMAGES));

  test.each([1, 4, 7])('batches of %i give what one batch gives', (batch) => {
    expect(encoded(collect(one, 0, IMAGES, batch))).toBe(whole);
  });

  test('seven parts merge in any order, and in any brackets', () => {
    const parts = Array.from({ length: 7 }, (_, i) =>
      collect(one, Math.floor((i * IMAGES) / 7), Math.floor(((i + 1) * IMAGES) / 7)),
    );
    for (let trial = 0; trial < 20; trial++) {
      const pending = parts.slice();
      while (pending.length > 1) {
        const [a] = pending.splice(Math.floor(rng.uniform() * pending.length), 1);
        const [b] = pending.splice(Math.floor(rng.uniform() * pending.length), 1);
        pending.push(merge(a, b));
      }
      expect(encoded(pending[0])).toBe(whole);
    }
  });

  test('merging is commutative, nothing is neutral, and what is merged stays as it is', () => {
    const [a, b] = [collect(one, 0, 9), collect(one, 9, IMAGES)];
    const [before, after] = [encoded(a), encoded(b)];
    expect(encoded(merge(a, b))).toBe(encoded(merge(b, a)));
    expect(encoded(merge(a, collector.empty()))).toBe(before);
    // A merged state is taken further without its parts.
    collector.add(merge(a, b), one.rows(0), [{ index: IMAGES, id: 'another' }]);
    expect([encoded(a), encoded(b)]).toEqual([before, after]);
  });

  test('a state from JSON goes on as the state did', () => {
    const read = codec.decode(JSON.parse(encoded(collect(one, 0, 12))));
    expect(encoded(merge(read, collect(one, 12, IMAGES)))).toBe(whole);
  });

  test('what is no state of it is refused', () => {
    expect(() => codec.decode('nothing')).toThrow(/must be/);
    expect(() => codec.decode({})).toThrow(/must be/);
  });
});

describe('exact sums', () => {
  test('the order of the terms does not matter, where sums of doubles do depend on it', () => {
    const terms = Array.from({ length: 1000 }, () => rng.normal() * 2 ** Math.round(120 * rng.uniform() - 60));
    const sumOf = (list: readonly number[]) => {
      const sums = exactSums(1);
      for (const term of list) {
        addExactly(sums, 0, term);
        countTerm(sums);
      }
      return sums;
    };
    const reversed = [...terms].reverse();
    expect(terms.reduce((a, b) => a + b)).not.toBe(reversed.reduce((a, b) => a + b));
    const [text] = encodeSums(sumOf(terms));
    expect(encodeSums(sumOf(reversed))).toEqual([text]);
    expect(encodeSums(mergeSums(sumOf(terms.slice(300)), sumOf(terms.slice(0, 300))))).toEqual([text]);
    expect(encodeSums(decodeSums([text]))).toEqual([text]);
    // The same sum in whole numbers.
    const exact = terms.reduce((sum, term) => sum + BigInt(term * 2 ** 200), 0n);
    expect(wholesOf(sumOf(terms))[0]).toBe(exact << 152n);
  });

  test.each([1, -1, 0.1, -3.5e-38, 2 ** -298, 1e77, -(2 ** 255)])('%f is itself', (value) => {
    const sums = exactSums(3);
    addExactly(sums, 1, value);
    expect(wholesOf(sums).map((whole) => toNumber(whole))).toEqual([0, value, 0]);
    addExactly(sums, 1, -value);
    expect(encodeSums(sums)).toEqual(['0', '0', '0']);
  });
});

describe('quantiles', () => {
  test.each([2, 6, 10])('with %i bits are off by at most half a bucket', (bits) => {
    const collector = quantiles([LAYERS[0]], { bits });
    const state = collector.add(
      collector.empty(),
      [Float32Array.from(maps[0].flatMap((row) => [...row]))],
      maps[0].map((_, index) => ({ index, id: index })),
    );
    for (const c of [0, 1, 2]) {
      const all = maps[0].flatMap((row) => [...row.subarray(c * 10, c * 10 + 10)]).sort((a, b) => a - b);
      for (const q of [0, 0.005, 0.25, 0.5, 0.9, 0.995, 1]) {
        const want = all[Math.floor(q * (all.length - 1))];
        const got = quantileOf(state, collector, 0, c, q);
        expect(Math.abs(got - want) / Math.abs(want), `quantile ${q} of ${c}`).toBeLessThanOrEqual(2 ** -(bits + 1));
      }
    }
  });

  test('of nothing are NaN, zeros are exact, and negative numbers keep their order', () => {
    const collector = quantiles([LAYERS[1]]);
    expect(quantileOf(collector.empty(), collector, 0, 0, 0.5)).toBeNaN();
    const rows = Float32Array.from([-2, 0, 0, 1, -1, -0, 0, 1, 3, 0, 0, 1]);
    const images = [0, 1, 2].map((index) => ({ index, id: index }));
    const state = collector.add(collector.empty(), [rows], images);
    const middle = [0, 1, 2, 3].map((c) => quantileOf(state, collector, 0, c, 0.5));
    expect(middle.slice(1, 3)).toEqual([0, 0]);
    expect(Math.abs(middle[0] + 1)).toBeLessThanOrEqual(2 ** -7);
  });
});

test('moments keep their digits where the mean is large', () => {
  const layer: UnitLayer = { layer: 'a', shape: [1, 1, 1] };
  const collector = moments([layer]);
  const values = [4096.25, 4096.5, 4096.75];
  let state = collector.empty();
  for (const [index, value] of values.entries()) {
    state = collector.add(state, [Float32Array.of(value, 0)], [{ index, id: index }]);
  }
  const [{ count, mean, variance }] = momentsOf(state, [layer]);
  expect([count, mean[0]]).toEqual([3, 4096.5]);
  expect(variance[0]).toBeCloseTo(0.125 / 3, 15);
});

test.each<[string, () => unknown, string]>([
  ['k', () => topK(LAYERS, { k: 0 }), 'k: must be a whole number from 1, got 0'],
  [
    'edges that fall',
    () => histogram(LAYERS, { edges: [1, 0] }),
    'edges: must be one or more rising numbers, got [1,0]',
  ],
  ['no edges', () => histogram(LAYERS, { edges: [] }), 'edges: must be one or more rising numbers'],
  ['bits', () => quantiles(LAYERS, { bits: 17 }), 'bits: must be a whole number from 0 to 16, got 17'],
  ['a place', () => codes(LAYERS[0], { places: [[2, 0]] }), "places: 2,0 is outside layer 'a', a map of 2x5"],
  ['no place', () => codes(LAYERS[0], { places: [] }), 'places: must name at least one place'],
])('wrong %s', (_, make, message) => {
  expect(make).toThrow(message);
});

test('NaN is reported by layer, channel and image', () => {
  const images = [{ index: 0, id: 'one' }];
  const rows = [Float32Array.from({ length: 30 }, (_, i) => (i === 14 ? Number.NaN : 1)), new Float32Array(4)];
  for (const collector of [histogram(LAYERS, { edges: [0] }), quantiles(LAYERS)]) {
    expect(() => collector.add(collector.empty() as never, rows, images)).toThrow(
      "Layer 'a', channel 1, is NaN for image 'one'",
    );
  }
});
