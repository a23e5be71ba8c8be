// Galleries: what pieces there are, that an image has the same bits in any of them, dead units, and cancelling.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import type { Model } from '../graph/model.js';
import { importCaffe } from '../importers/index.js';
import { parseUnit } from '../scene/unit.js';
import {
  aloneStudy,
  atOnce,
  classLayer,
  type GalleryOptions,
  type GalleryProgress,
  galleryPieces,
  type MadeTile,
  makePieces,
  type Piece,
  type PiecesOptions,
} from './gallery.js';
import { preferredStudy } from './preferred.js';
import { render } from './render.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.2 }';
const NET = `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 13 input_dim: 11
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
    convolution_param { num_output: 5 kernel_size: 3 pad: 1 ${FILLER} } }
  layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc" inner_product_param { num_output: 7 ${FILLER} } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`;

const net = importCaffe(NET, undefined, {
  seededWeights: 3,
  preprocessing: { mean: [100, 110, 120], scale: 0.02, order: 'rgb', fit: 'crop', stated: true },
});

/** The net with a unit of conv1 that no image of pixels can open. */
function withDeadUnit(channel: number): Model {
  const weights = new Map(net.weights);
  const key = [...weights.keys()].find((name) => /^conv1.*b/.test(name)) ?? '';
  const was = weights.get(key);
  if (!was) throw new Error(`no bias of conv1 among ${[...weights.keys()].join()}`);
  const data = Float32Array.from(was.data, (v, i) => (i === channel ? -1e6 : v));
  return { ...net, weights: weights.set(key, { shape: was.shape, dtype: 'f32', data }) };
}

const units = (layer: string, ...channels: number[]) => channels.map((channel) => parseUnit(`${layer}:${channel}`));

async function piecesOf(options: Partial<GalleryOptions>, model = net): Promise<readonly Piece[]> {
  const { traits } = await testContext();
  return galleryPieces(traits, model, { units: units('fc', 0, 1, 2, 3, 4), presets: ['small'], steps: 4, ...options });
}

async function made(
  pieces: readonly Piece[],
  model = net,
  options: PiecesOptions = {},
): Promise<Map<string, MadeTile>> {
  const all = new Map<string, MadeTile>();
  for await (const { tiles = [] } of makePieces(await testContext(), model, pieces, options)) {
    for (const tile of tiles) all.set(`${tile.unit} ${tile.seed}`, tile);
  }
  return all;
}

describe('pieces', () => {
  test('are of one layer and preset, in the order of channels and seeds, and all of one batch', async () => {
    const pieces = await piecesOf({
      units: [...units('fc', 6, 2), ...units('conv1', 1), ...units('fc', 2)],
      presets: ['small', 'simonyan'],
      seeds: [3, 0],
      batch: 3,
    });
    expect(
      pieces.map(({ layer, preset, tiles }) => [layer, preset, ...tiles.map((t) => `${t.unit} ${t.seed}`)]),
    ).toEqual([
      ['fc', 'small', 'fc:2 0', 'fc:2 3', 'fc:6 0'],
      ['fc', 'small', 'fc:6 3'],
      ['fc', 'simonyan', 'fc:2 0', 'fc:2 3', 'fc:6 0'],
      ['fc', 'simonyan', 'fc:6 3'],
      ['conv1', 'small', 'conv1:1 0', 'conv1:1 3'],
      ['conv1', 'simonyan', 'conv1:1 0', 'conv1:1 3'],
    ]);
    expect(pieces.map(({ study }) => study.seeds.length)).toEqual([3, 3, 3, 3, 3, 3]);
    expect(new Set(pieces.map(({ id }) => id)).size).toBe(6);
  });

  test('have an id that all of their content decides, and nothing else', async () => {
    const id = async (options: Partial<GalleryOptions>, model = net) => (await piecesOf(options, model))[0].id;
    const first = await id({});
    expect(await id({}, { ...net, name: 'another name' })).toBe(first);
    const others = [
      await id({ steps: 5 }),
      await id({ seeds: [1] }),
      await id({ units: units('fc', 0, 1) }),
      await id({ presets: ['decay'] }),
      await id({}, withDeadUnit(0)),
      await id({}, { ...net, preprocessing: { ...net.preprocessing, order: 'bgr' } }),
    ];
    expect(new Set([first, ...others]).size).toBe(7);
  });

  test('are as large as the device can bind, at most 20', async () => {
    const study = preferredStudy(net, { unit: 'conv1:0', preset: 'small', seeds: [0] });
    const one = 5 * 13 * 11 * 4;
    expect(atOnce({ maxBindingBytes: one * 200 }, net, study)).toBe(20);
    expect(atOnce({ maxBindingBytes: one * 7 }, net, study)).toBe(7);
    expect(atOnce({ maxBindingBytes: 1 }, net, study)).toBe(2);
    // 23 images of at most 20 are two batches of 12.
    const pieces = await piecesOf({ units: units('conv1', 0), seeds: Array.from({ length: 23 }, (_, i) => i) });
    expect(pieces.map(({ tiles }) => tiles.length)).toEqual([12, 11]);
  });

  test('refuse units, presets and batches that there are not', async () => {
    await expect(piecesOf({ units: units('fc', 7) })).rejects.toThrow("channel 7 is outside layer 'fc'");
    await expect(piecesOf({ units: units('none', 7) })).rejects.toThrow("'none'");
    await expect(piecesOf({ units: [] })).rejects.toThrow('must be at least one');
    await expect(piecesOf({ presets: ['sketch'] })).rejects.toThrow("'sketch'");
    await expect(piecesOf({ presets: ['spectrum'] })).rejects.toThrow("needed by the preset 'spectrum'");
    await expect(piecesOf({ presets: ['accentuation'] })).rejects.toThrow('a picture of one');
    await expect(piecesOf({ batch: 0 })).rejects.toThrow('must be a whole number from 1, got 0');
    expect(classLayer(net)).toBe('fc');
  });
});

test('an image has the same bits in any piece, in any order of pieces, and rendered by itself', async () => {
  const all = await made(await piecesOf({ seeds: [0, 5] }));
  const pieces = await piecesOf({ seeds: [0, 5], batch: 3 });
  const apart = await made([pieces[3], pieces[1], pieces[0], pieces[2]]);
  expect([...apart.keys()].sort()).toEqual([...all.keys()].sort());
  for (const [key, tile] of apart) expect(tile, key).toEqual(all.get(key));
  expect(new Set([...all.values()].map(({ image }) => image?.join())).size).toBe(10);
  const study = preferredStudy(net, { unit: 'fc:3', preset: 'small', seeds: [5, 5], steps: 4 });
  const { images } = await render(await testContext(), net, study);
  expect(all.get('fc:3 5')?.image).toEqual(images.slice(0, 3 * 13 * 11));
});

test('a dead unit has no image and says why, and the others are as without it', async () => {
  const model = withDeadUnit(2);
  const options = { units: units('relu1', 1, 2, 3), steps: 3 };
  const all = await made(await piecesOf(options, model), model);
  expect(all.get('relu1:2 0')?.image).toBeUndefined();
  expect(all.get('relu1:2 0')?.remark).toMatch(/exactly zero at the start from seed 0/);
  const other = await made(await piecesOf({ ...options, units: units('relu1', 1, 3), batch: 3 }, model), model);
  expect(all.get('relu1:1 0')?.image).toEqual(other.get('relu1:1 0')?.image);
  expect(all.get('relu1:3 0')?.image).toEqual(other.get('relu1:3 0')?.image);
});

test('a study in phases on a larger canvas has its own objective in each, and an image of the net’s size', async () => {
  const pieces = await piecesOf({ units: units('fc', 1, 5), presets: ['mfv'] });
  const [{ study }] = pieces;
  const short = { ...study, steps: 2, phases: study.phases?.map((phase) => ({ ...phase, steps: 1 })) ?? [] };
  expect(short.phases.length).toBeGreaterThan(1);
  const alone = aloneStudy({ study: short }, 1);
  expect(JSON.stringify(alone)).not.toMatch(/"each"|"class":1\b/);
  const all = await made([{ ...pieces[0], study: short }]);
  const { images } = await render(await testContext(), net, alone);
  const own = all.get('fc:5 0')?.image ?? new Float32Array();
  expect(own.length).toBe(3 * 13 * 11);
  expect(images.length).toBeGreaterThan(own.length);
  const mean = (values: Float32Array) => values.reduce((a, b) => a + b, 0) / values.length;
  expect(mean(own)).toBeCloseTo(mean(images), 3);
  expect(own).not.toEqual(all.get('fc:1 0')?.image);
});

test('the work tells how far it is and how long it takes, and ends between two reports', async () => {
  const pieces = await piecesOf({ batch: 3, steps: 25 });
  let time = 0;
  const now = () => (time += 1000);
  const seen: GalleryProgress[] = [];
  for await (const progress of makePieces(await testContext(), net, pieces, { now })) seen.push(progress);
  const shares = seen.map(({ share }) => share);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
  expect(seen.at(-1)?.left).toBe(0);
  expect(seen[0].left).toBeGreaterThan(0);
  expect(seen.flatMap(({ tiles, done }) => (tiles ? [done] : []))).toEqual([1, 2]);

  const stop = new AbortController();
  const before: number[] = [];
  for await (const { step, tiles } of makePieces(await testContext(), net, pieces, { signal: stop.signal })) {
    before.push(step);
    expect(tiles).toBeUndefined();
    stop.abort();
  }
  expect(before).toEqual([1]);
});
