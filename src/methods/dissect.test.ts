// Network Dissection of a small net, against float64 over its activations: sorted thresholds, hats and loops over all places.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import type { Model } from '../graph/model.js';
import { importCaffe } from '../importers/index.js';
import { shardRange } from '../scan/ranges.js';
import { scan } from '../scan/scan.js';
import { mergeScans, readScan, writeScan } from '../scan/state.js';
import { activations } from '../scene/forward.js';
import { createPreprocessor } from '../scene/input.js';
import type { Concept, LabelledPicture, LabelledSet, LabelMap } from '../scene/labels.js';
import { fieldCentres } from '../scene/upsampling.js';
import { upsampled } from '../scene/upsampling.ref.js';
import {
  type DissectOptions,
  dissect,
  dissectionOf,
  labelledPictures,
  overlapCollectors,
  planDissection,
  thresholdCollectors,
  thresholdsOf,
} from './dissect.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.2 } bias_filler { type: "gaussian" std: 0.2 }';
const [H, W] = [19, 23];
const NET = `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: ${H} input_dim: ${W}
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
    convolution_param { num_output: 5 kernel_size: 3 stride: 2 ${FILLER} } }
  layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
  layer { name: "conv2" type: "Convolution" bottom: "conv1" top: "conv2"
    convolution_param { num_output: 6 kernel_h: 3 kernel_w: 2 pad_h: 1 ${FILLER} } }
  layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv2" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv2" top: "fc" inner_product_param { num_output: 4 ${FILLER} } }`;
const seeded = importCaffe(NET, undefined, {
  seededWeights: 3,
  preprocessing: { mean: [120, 110, 100], scale: 0.02, stated: true },
});
/** Channel 1 of conv2 is dead, and channel 2 is 0.75 everywhere. */
const model: Model = { ...seeded, weights: new Map(seeded.weights) };
const { weights } = model.layers.find(({ output, type }) => output === 'conv2' && /conv/i.test(type)) ?? {};
for (const key of Object.values(weights ?? {})) {
  const weight = model.weights.get(key);
  if (!weight) continue;
  const data = Float32Array.from(weight.data);
  const each = data.length / 6;
  const isBias = each === 1;
  data.fill(isBias ? -1000 : 0, each, 2 * each);
  data.fill(isBias ? 0.75 : 0, 2 * each, 3 * each);
  (model.weights as Map<string, unknown>).set(key, { ...weight, data });
}

const CONCEPTS: readonly Concept[] = [
  { category: 'object', name: 'left' },
  { category: 'object', name: 'blob' },
  { category: 'part', name: 'stripe' },
  { category: 'part', name: 'dot' },
  { category: 'scene', name: 'dark' },
  { category: 'scene', name: 'bright' },
];
const COUNT = 13;
const rng = createRng(4);
const map = (width: number, height: number, label: (y: number, x: number) => number): LabelMap => ({
  width,
  height,
  data: Uint8Array.from({ length: width * height }, (_, i) => label(Math.floor(i / width), i % width)),
});
/** Pictures of three shapes, some without parts, two maps of objects in some that overlap, a scene in every second. */
const pictures = Array.from({ length: COUNT }, (_, n): LabelledPicture => {
  const [width, height] = [
    [23, 19],
    [40, 25],
    [31, 44],
  ][n % 3];
  const level = n % 2 === 0 ? 60 : 190;
  const data = Uint8ClampedArray.from({ length: width * height * 4 }, (_, i) =>
    i % 4 === 3 ? 255 : level + 50 * rng.normal(),
  );
  const left = map(width, height, (y, x) => (x < width / 3 ? 1 : (y * x + n) % 7 === 0 ? 2 : 0));
  const again = map(width, height, (y, x) => (x + y < width / 2 ? 1 + (n % 2) : 0));
  // Labels are smaller than the picture.
  const parts = map(Math.ceil(width / 2), Math.ceil(height / 2), (y, x) => (x % 3 === 0 ? 3 : y % 4 === 1 ? 4 : 0));
  return {
    picture: { width, height, data },
    labels: [
      n % 4 === 0 ? [left, again] : [left],
      n % 5 === 2 ? [] : [parts],
      n % 2 === 0 ? [5, 5] : n % 3 === 0 ? [6] : [],
    ],
  };
});
const set: LabelledSet = {
  source: 'made',
  concepts: CONCEPTS,
  images: pictures.map((one, i) => ({ id: `picture ${i}`, load: async () => one })),
};
const OPTIONS: DissectOptions = { layers: ['conv1', 'conv2'], quantile: 0.03, size: [11, 14], k: 3 };
const LAYERS = [
  { layer: 'conv1', shape: [5, 9, 11] },
  { layer: 'conv2', shape: [6, 9, 10] },
] as const;

/** All by loops, in float64, each picture alone. */
async function bruteForce(options: Required<Pick<DissectOptions, 'quantile' | 'size'>>) {
  const ctx = await testContext();
  using preprocessor = createPreprocessor(ctx, model);
  const found: Map<string, Float32Array>[] = [];
  for (const { picture } of pictures) {
    const input = await preprocessor.read(picture);
    const values = await activations(ctx, model, input, ['relu1', 'relu2']);
    found.push(
      new Map([
        ['conv1', values.get('relu1')?.data ?? new Float32Array()],
        ['conv2', values.get('relu2')?.data ?? new Float32Array()],
      ]),
    );
  }
  const [rows, columns] = options.size;
  /** Whether a picture has a concept at a place, and whether it is annotated with a category. */
  const has = (n: number, concept: number, place: number): boolean => {
    const { picture, labels } = pictures[n];
    // The largest part of the picture of the net's shape, at its middle.
    const h = Math.min(picture.height, (picture.width * H) / W);
    const w = (h * W) / H;
    const y = ((picture.height - h) / 2 + ((Math.floor(place / columns) + 0.5) / rows) * h) / picture.height;
    const x = ((picture.width - w) / 2 + (((place % columns) + 0.5) / columns) * w) / picture.width;
    return labels.flat().some((label) => {
      if (typeof label === 'number') return label === concept + 1;
      return label.data[Math.floor(y * label.height) * label.width + Math.floor(x * label.width)] === concept + 1;
    });
  };
  const categories = [...new Set(CONCEPTS.map(({ category }) => category))];
  return LAYERS.map(({ layer, shape: [C, h, w] }) => {
    const { y, x } = fieldCentres(model, layer, [h, w]);
    return Array.from({ length: C }, (_, c) => {
      const maps = found.map((values) =>
        (values.get(layer) ?? new Float32Array()).subarray(c * h * w, (c + 1) * h * w),
      );
      const all = maps.flatMap((one) => [...one]).sort((a, b) => b - a);
      const threshold = all[Math.floor(all.length * options.quantile)];
      const counts = CONCEPTS.map(({ category }, concept) => {
        let [truth, activation, intersect] = [0, 0, 0];
        for (const [n, one] of maps.entries()) {
          if (pictures[n].labels[categories.indexOf(category)].length === 0) continue;
          const up = upsampled(one, y, x, H, W, rows, columns);
          for (const [place, value] of up.entries()) {
            const [active, labelled] = [value > threshold, has(n, concept, place)];
            if (labelled) truth++;
            if (active) activation++;
            if (active && labelled) intersect++;
          }
        }
        const all = truth + activation - intersect;
        return { truth, activation, intersect, iou: all > 0 ? intersect / all : 0 };
      });
      return { threshold, greatest: all[0], counts };
    });
  });
}

describe('a dissection', () => {
  test.each([
    ['batches of four', 4],
    ['one by one', 1],
  ])('in %s is what loops over float64 count', async (_, batch) => {
    const result = await dissect(await testContext(), model, set, { ...OPTIONS, batch });
    const want = await bruteForce({ quantile: 0.03, size: [11, 14] });
    expect(result.thresholds).toEqual({ exact: true, bound: 0 });
    let compared = 0;
    for (const [l, { units }] of result.layers.entries()) {
      for (const { unit, threshold, greatest, categories, best } of units) {
        const one = want[l][unit];
        expect([threshold, greatest]).toEqual([one.threshold + 0, one.greatest + 0]);
        for (const overlap of categories) {
          const own = CONCEPTS.flatMap(({ category }, i) => (category === overlap.category ? [i] : []));
          const most = Math.max(...own.map((i) => one.counts[i].iou));
          expect(overlap.iou).toBe(most);
          const index = own.find((i) => one.counts[i].iou === most) ?? 0;
          expect(overlap.activation).toBe(one.counts[index].activation);
          if (most === 0) expect(overlap.label).toBe('');
          else {
            expect(overlap).toEqual({
              ...CONCEPTS[index],
              label: CONCEPTS[index].name,
              ...one.counts[index],
              name: undefined,
            });
            compared++;
          }
        }
        expect(best.iou).toBe(Math.max(...one.counts.map(({ iou }) => iou)));
      }
    }
    // All units but the quiet ones meet objects, parts and scenes.
    expect(compared).toBeGreaterThan(20);
  });

  test('reports dead and constant units, without NaN', async () => {
    const { layers, categories } = await dissect(await testContext(), model, set, OPTIONS);
    const [, { units }] = layers;
    expect(units[1]).toMatchObject({ quiet: 'dead', threshold: 0, greatest: 0, detector: false });
    expect(units[2]).toMatchObject({ quiet: 'constant', threshold: 0.75, greatest: 0.75, detector: false });
    for (const quiet of [units[1], units[2]]) expect(quiet.best).toMatchObject({ iou: 0, label: '', activation: 0 });
    expect(units.filter(({ quiet }) => quiet !== undefined)).toHaveLength(2);
    expect(JSON.stringify(layers)).not.toContain('null');
    expect(categories).toEqual([
      { name: 'object', images: 13, concepts: 2 },
      { name: 'part', images: 10, concepts: 2 },
      { name: 'scene', images: 9, concepts: 2 },
    ]);
  });

  test('with thresholds from buckets is within the bound that it states', async () => {
    const ctx = await testContext();
    const exact = await dissect(ctx, model, set, OPTIONS);
    const rough = await dissect(ctx, model, set, { ...OPTIONS, most: 10 });
    expect(rough.thresholds).toEqual({ exact: false, bound: 2 ** -13 });
    for (const [l, { units }] of rough.layers.entries()) {
      for (const { unit, threshold, greatest, quiet } of units) {
        const want = exact.layers[l].units[unit];
        expect(Math.abs(threshold - want.threshold)).toBeLessThanOrEqual(want.threshold * 2 ** -13);
        expect([greatest, quiet]).toEqual([want.greatest, want.quiet]);
      }
    }
  });

  test('in three parts that are joined in any order, or stopped and resumed, is the same to the last bit', async () => {
    const ctx = await testContext();
    const plan = planDissection(model, set, OPTIONS);
    const { plain, labelled, take } = labelledPictures(plan, set);
    const tails = thresholdCollectors(plan);
    const wholeTails = await scan(ctx, model, plain, tails, { batch: 4 });
    const counters = overlapCollectors(plan, thresholdsOf(plan, wholeTails), take);
    const wholeCounts = await scan(ctx, model, labelled, counters, { batch: 4 });
    const want = JSON.stringify(dissectionOf(plan, 'made', wholeTails, wholeCounts));
    expect(want).toBe(JSON.stringify(await dissect(ctx, model, set, { ...OPTIONS, batch: 4 })));
    for (const order of [
      [1, 2, 3],
      [3, 1, 2],
      [2, 3, 1],
    ]) {
      const read = { tails: [] as (typeof wholeTails)[], counts: [] as (typeof wholeCounts)[] };
      for (const part of order) {
        const range = shardRange(COUNT, part, 3);
        const some = await scan(ctx, model, plain, tails, { batch: 4, range });
        read.tails.push(readScan(tails, JSON.parse(JSON.stringify(writeScan(tails, some)))));
      }
      const joined = read.tails.reduce((a, b) => mergeScans(tails, a, b));
      expect(JSON.stringify(writeScan(tails, joined))).toBe(JSON.stringify(writeScan(tails, wholeTails)));
      const own = overlapCollectors(plan, thresholdsOf(plan, joined), take);
      for (const part of order) {
        const range = shardRange(COUNT, part, 3);
        read.counts.push(await scan(ctx, model, labelled, own, { batch: 4, range }));
      }
      const counts = read.counts.reduce((a, b) => mergeScans(own, a, b));
      expect(JSON.stringify(dissectionOf(plan, 'made', joined, counts))).toBe(want);
    }
    const stop = new AbortController();
    const stopped = await scan(ctx, model, labelled, counters, {
      batch: 4,
      signal: stop.signal,
      onProgress: ({ done }) => done >= 8 && stop.abort(),
    });
    expect(stopped.ranges).toEqual([{ from: 0, to: 8, last: 'picture 7' }]);
    const resume = readScan(counters, JSON.parse(JSON.stringify(writeScan(counters, stopped))));
    const counted = await scan(ctx, model, labelled, counters, { batch: 4, resume });
    expect(JSON.stringify(dissectionOf(plan, 'made', wholeTails, counted))).toBe(want);
  });

  test('takes all convolutions where no layer is named, and half the input for places', () => {
    const plan = planDissection(model, set);
    expect(plan.layers.map(({ layer }) => layer)).toEqual(['conv1', 'conv2']);
    expect(plan.size).toEqual([H, W]);
  });

  test('refuses what cannot be, before any picture is read', () => {
    const refused =
      (options: DissectOptions, other: LabelledSet = set) =>
      () =>
        planDissection(model, other, options);
    expect(refused({ quantile: 0 })).toThrow(/quantile: must be a share between 0 and 1, such as 0.005, got 0/);
    expect(refused({ iou: 1 })).toThrow(/iou: must be from 0 to below 1/);
    expect(refused({ size: [0, 5] })).toThrow(/size: must be rows and columns from 1 to 4096, got 0x5/);
    expect(refused({ layers: ['fc'] })).toThrow(/the units of 'fc' have no map.*name layers before it/);
    expect(refused({ layers: ['conv9'] })).toThrow(/conv9/);
    expect(refused({}, { ...set, concepts: [] })).toThrow(/concepts: there are none/);
    expect(refused({}, { ...set, images: [] })).toThrow(/images: there are none/);
  });
});
