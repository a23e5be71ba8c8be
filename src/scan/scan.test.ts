// The pass over images: each collector against float64 over the net's activations, and parts, stops and bad pictures.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { ImageError } from '../core/errors.js';
import { createRng } from '../core/rng.js';
import type { Model } from '../graph/model.js';
import { importCaffe } from '../importers/index.js';
import { activations } from '../scene/forward.js';
import type { SetImage } from '../scene/images.js';
import { searchedLayers } from '../scene/unitLayers.js';
import { codes } from './codes.js';
import { histogram } from './histogram.js';
import { moments, momentsOf } from './moments.js';
import { quantileOf, quantiles } from './quantiles.js';
import { shardRange } from './ranges.js';
import { type ScanProgress, scan } from './scan.js';
import { isWhole, mergeScans, readScan, scannedOf, writeScan } from './state.js';
import { topK } from './topK.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.2 } bias_filler { type: "gaussian" std: 0.2 }';
const NET = `name: "small" input: "data" input_dim: 1 input_dim: 2 input_dim: 9 input_dim: 11
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
    convolution_param { num_output: 5 kernel_size: 3 pad: 1 ${FILLER} } }
  layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
  layer { name: "conv2" type: "Convolution" bottom: "conv1" top: "conv2"
    convolution_param { num_output: 6 kernel_h: 2 kernel_w: 3 stride: 2 ${FILLER} } }
  layer { name: "fc" type: "InnerProduct" bottom: "conv2" top: "fc" inner_product_param { num_output: 7 ${FILLER} } }`;
const model: Model = importCaffe(NET, undefined, {
  seededWeights: 3,
  preprocessing: { mean: [0, 0], scale: 1, stated: true },
});
const COUNT = 23;
const rng = createRng(9);
const inputs = Array.from({ length: COUNT }, () => Float32Array.from({ length: 2 * 9 * 11 }, () => rng.normal()));
const images = inputs.map((input, i) => ({ id: `image ${i}`, input }));

const { layers } = searchedLayers(model, { layers: ['relu1', 'conv2', 'fc'] });
const [, conv2] = layers;
const EDGES = [-1, -0.25, 0, 0.25, 1];
const top = topK(layers, { k: 4 });
const spread = quantiles(layers);
const collectors = [
  top,
  moments(layers),
  histogram(layers, { edges: EDGES }),
  spread,
  codes(conv2, {
    places: [
      [0, 1],
      [3, 2],
    ],
  }),
  codes(conv2, { places: 'mean' }),
] as const;
const textOf = (found: Parameters<typeof writeScan<typeof collectors>>[1]) =>
  JSON.stringify(writeScan(collectors, found));

/** For each layer and channel the numbers of each image. */
async function numbersOf(): Promise<readonly (readonly (readonly Float64Array[])[])[]> {
  const all = Float32Array.from(inputs.flatMap((input) => [...input]));
  const found = await activations(
    await testContext(),
    model,
    all,
    layers.map(({ layer }) => layer),
  );
  return layers.map(({ layer, shape: [C, H, W] }) => {
    const data = found.get(layer)?.data ?? new Float32Array();
    return Array.from({ length: C }, (_, c) =>
      images.map((_, n) => Float64Array.from(data.subarray((n * C + c) * H * W, (n * C + c + 1) * H * W))),
    );
  });
}

describe('collectors over a net, against float64 over its activations', async () => {
  const { states } = await scan(await testContext(), model, images, collectors, { batch: 4 });
  const [best, sums, counts, sketch, places, means] = states;
  const numbers = await numbersOf();
  // Batches of 4 and of 23 are summed by the same kernels, in another order at most.
  const close = { atol: 1e-5, rtol: 1e-4 };

  test('topK', () => {
    for (const [
      l,
      {
        shape: [C, , W],
      },
    ] of layers.entries()) {
      for (let c = 0; c < C; c++) {
        const maxima = numbers[l][c].map((map, index) => ({
          index,
          value: Math.max(...map),
          at: map.indexOf(Math.max(...map)),
        }));
        const want = maxima.sort((a, b) => b.value - a.value || a.index - b.index).slice(0, 4);
        const at = c * 4;
        expect([...best.layers[l].indices.subarray(at, at + 4)]).toEqual(want.map(({ index }) => index));
        expect(best.layers[l].images.slice(at, at + 4)).toEqual(want.map(({ index }) => `image ${index}`));
        expect([...best.layers[l].places.subarray(at, at + 4)]).toEqual(want.map((one) => one.at));
        expectClose(
          'values',
          best.layers[l].values.subarray(at, at + 4),
          want.map(({ value }) => value),
          [4, W],
          close,
        );
      }
    }
  });

  test('moments', () => {
    for (const [l, { layer, count, mean, variance }] of momentsOf(sums, layers).entries()) {
      for (const [c, maps] of numbers[l].entries()) {
        const all = maps.flatMap((map) => [...map]);
        const average = all.reduce((a, b) => a + b, 0) / all.length;
        const spreadOf = all.reduce((a, b) => a + (b - average) ** 2, 0) / all.length;
        expect(count).toBe(all.length);
        expectClose(`${layer}:${c}`, [mean[c], variance[c]], [average, spreadOf], [2], close);
      }
    }
  });

  test('histogram', () => {
    for (const [l, channels] of numbers.entries()) {
      for (const [c, maps] of channels.entries()) {
        const all = maps.flatMap((map) => [...map]);
        const got = [...counts.counts[l].subarray(c * 6, c * 6 + 6)];
        const from = [Number.NEGATIVE_INFINITY, ...EDGES];
        const want = from.map((edge, i) => all.filter((value) => value >= edge && !(value >= EDGES[i])).length);
        expect(got).toEqual(want);
      }
    }
  });

  test('quantiles', () => {
    for (const [l, channels] of numbers.entries()) {
      for (const [c, maps] of channels.entries()) {
        const all = maps.flatMap((map) => [...map]).sort((a, b) => a - b);
        for (const q of [0.005, 0.5, 0.995]) {
          const want = all[Math.floor(q * (all.length - 1))];
          const got = quantileOf(sketch, spread, l, c, q);
          // Half a bucket, and what batches of another size change.
          expect(Math.abs(got - want)).toBeLessThanOrEqual(Math.abs(want) * (2 ** -7 + 1e-4) + 1e-5);
        }
      }
    }
  });

  test('codes', () => {
    const [C, , W] = conv2.shape;
    for (const [n, { id }] of images.entries()) {
      const maps = Array.from({ length: C }, (_, c) => numbers[1][c][n]);
      const want = [1, 3 * W + 2].flatMap((place) => maps.map((map) => map[place]));
      expect(places.get(n)?.id).toBe(id);
      expectClose('places', places.get(n)?.row ?? [], want, [2, C], close);
      const average = maps.map((map) => map.reduce((a, b) => a + b, 0) / map.length);
      expectClose('mean', means.get(n)?.row ?? [], average, [C], close);
    }
  });
});

describe('a scan', () => {
  test('in seven parts that are merged in another order, through JSON, is the whole one', async () => {
    const ctx = await testContext();
    const whole = await scan(ctx, model, images, collectors, { batch: 4 });
    expect(isWhole(whole)).toBe(true);
    const parts: string[] = [];
    for (const part of [5, 2, 7, 1, 4, 6, 3]) {
      const found = await scan(ctx, model, images, collectors, { batch: 4, range: shardRange(COUNT, part, 7) });
      expect(isWhole(found)).toBe(false);
      parts.push(textOf(found));
    }
    const [first, ...others] = parts.map((text) => readScan(collectors, JSON.parse(text)));
    const merged = others.reduce((a, b) => mergeScans(collectors, b, a), first);
    expect(merged.ranges).toEqual([{ from: 0, to: COUNT, last: `image ${COUNT - 1}` }]);
    expect(textOf(merged)).toBe(textOf(whole));
  });

  test('that was stopped goes on to the same end, decoding nothing again', async () => {
    const ctx = await testContext();
    const whole = await scan(ctx, model, images, collectors, { batch: 4 });
    const stop = new AbortController();
    const seen: ScanProgress[] = [];
    let clock = 0;
    const stopped = await scan(ctx, model, images, collectors, {
      batch: 4,
      signal: stop.signal,
      now: () => 1000 * clock++,
      onProgress: (progress) => {
        seen.push(progress);
        if (progress.done >= 8) stop.abort();
      },
    });
    expect(scannedOf(stopped)).toBe(8);
    expect(isWhole(stopped)).toBe(false);
    // Four images in the first second, eight in two.
    expect(seen.map(({ done, total, rate, left }) => [done, total, rate, left])).toEqual([
      [4, COUNT, 4, (COUNT - 4) / 4],
      [8, COUNT, 4, (COUNT - 8) / 4],
    ]);
    let decoded = 0;
    const lazily = images.map(({ id, input }) => ({
      id,
      get input() {
        decoded++;
        return input;
      },
    }));
    const rest = await scan(ctx, model, lazily, collectors, {
      batch: 4,
      resume: readScan(collectors, JSON.parse(textOf(stopped))),
    });
    expect(decoded).toBe(COUNT - 8);
    expect(textOf(rest)).toBe(textOf(whole));
  });

  test('goes on around what was scanned in the middle, and over an iterator too', async () => {
    const ctx = await testContext();
    const whole = await scan(ctx, model, images, [top], { batch: 4 });
    const middle = await scan(ctx, model, images, [top], { batch: 4, range: [9, 14] });
    async function* set(): AsyncGenerator<SetImage> {
      yield* images;
    }
    for (const source of [images, set()]) {
      const { model: _, ...found } = await scan(ctx, model, source, [top], { batch: 4, resume: middle });
      const { model: __, ...want } = whole;
      expect(found).toEqual(want);
    }
  });

  test('leaves out pictures that cannot be read, and names them', async () => {
    const ctx = await testContext();
    const broken = (id: string): SetImage => ({ id, picture: () => Promise.reject(new ImageError(`${id} is broken`)) });
    const set = images.map((image, i) => (i === 3 || i === 20 ? broken(image.id) : image));
    await expect(scan(ctx, model, set, [top], { batch: 4 })).rejects.toThrow('image 3 is broken');
    const told: string[] = [];
    const options = { batch: 4, onUnreadable: (_: unknown, error: ImageError) => told.push(error.message) };
    const found = await scan(ctx, model, set, [top], options);
    expect(found.skipped).toEqual([
      { index: 3, id: 'image 3' },
      { index: 20, id: 'image 20' },
    ]);
    expect(told).toEqual(['image 3 is broken', 'image 20 is broken']);
    expect(isWhole(found)).toBe(true);
    const first = await scan(ctx, model, set, [top], { ...options, range: [0, 5] });
    const second = await scan(ctx, model, set, [top], { ...options, range: [5, COUNT] });
    expect(mergeScans([top], second, first)).toEqual(found);
  });

  test('of nothing is whole', async () => {
    const found = await scan(await testContext(), model, [], [top]);
    expect([found.total, isWhole(found), found.ranges]).toEqual([0, true, []]);
  });

  test.each<[string, (ctx: Awaited<ReturnType<typeof testContext>>) => Promise<unknown>, string]>([
    ['no collector', (ctx) => scan(ctx, model, images, []), 'collectors: must be at least one'],
    [
      'a range',
      (ctx) => scan(ctx, model, images, [top], { range: [4, 99] }),
      'range: must be [from, to] with places in the set of 23 images, got [4, 99]',
    ],
    ['a batch', (ctx) => scan(ctx, model, images, [top], { batch: 0 }), 'batch: must be a whole number from 1, got 0'],
  ])('refuses %s', async (_, run, message) => {
    await expect(run(await testContext())).rejects.toThrow(message);
  });
});

describe('scans that do not fit are refused', async () => {
  const ctx = await testContext();
  const part = (range: readonly [number, number], net = model, set = images) =>
    scan(ctx, net, set, [top], { range, batch: 4 });
  const first = await part([0, 9]);

  test.each([
    [
      'parts that overlap',
      () => part([8, 12]),
      'merge: images 8 to 8 have been scanned in both parts, which would count them twice; leave one part out',
    ],
    [
      'another net',
      () => part([9, 12], { ...model, name: 'other' }),
      "merge: the net must be the same: one part has 'small', the other 'other'",
    ],
    [
      'other weights',
      () => part([9, 12], importCaffe(NET, undefined, { seededWeights: 4 })),
      'merge: the weights of the net must be the same: one part has',
    ],
    [
      'other preprocessing',
      () => part([9, 12], { ...model, preprocessing: { ...model.preprocessing, mean: [1, 2] } }),
      'merge: the preprocessing of pictures must be the same: one part has',
    ],
    [
      'another set',
      () => part([9, 12], model, images.slice(0, 20)),
      'merge: the images in the set must be the same: one part has 23, the other 20',
    ],
  ])('%s', async (_, other, message) => {
    const second = await other();
    expect(() => mergeScans([top], first, second)).toThrow(message);
  });

  test('other options of a collector, and another collector', () => {
    const data = JSON.parse(JSON.stringify(writeScan([top], first)));
    expect(readScan([top], data)).toEqual(first);
    expect(() => readScan([topK(layers, { k: 5 })], data)).toThrow(
      'merge: k of topK must be the same: one part has 4, the other 5; scan one of them again',
    );
    expect(() => readScan([spread], data)).toThrow(
      "merge: the collectors must be the same: one part has 'topK', the other 'quantiles'",
    );
  });

  test('a scan does not go on over another set', async () => {
    const go = (set: SetImage[]) => scan(ctx, model, set, [top], { batch: 4, resume: { ...first, total: set.length } });
    await expect(go(images.slice(1))).rejects.toThrow("image 8 of the set is 'image 9', it was 'image 8'");
    await expect(go(images.slice(0, 5))).rejects.toThrow('9 images have been searched, the set has only 5');
  });

  test.each([
    [{}, 'scan.method: must be'],
    [{ method: 'scan', version: 2 }, 'scan.version: must be 1, got 2'],
    [
      {
        method: 'scan',
        version: 1,
        model: { name: 'a' },
        ranges: [{ from: 3, to: 3, last: 1 }],
        skipped: [],
        collectors: [],
      },
      'scan.ranges[0]: must end after it begins',
    ],
  ])('what is no scan: %j', (data, message) => {
    expect(() => readScan([top], data)).toThrow(message);
  });
});

test.each([
  [10, 1, 3, [0, 3]],
  [10, 3, 3, [6, 10]],
  [2, 1, 3, [0, 0]],
])('%i images, part %i of %i', (total, part, parts, range) => {
  expect(shardRange(total, part, parts)).toEqual(range);
});

test('there is no part 4 of 3', () => {
  expect(() => shardRange(10, 4, 3)).toThrow('shard: must be one of n parts, from 1/n to n/n, got 4/3');
});
