// An atlas of a small net: contributions beside its weights, squares beside brute force, and that neither batches nor interruptions change it.
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { importCaffe } from '../importers/index.js';
import type { Codes } from '../scan/codes.js';
import { placesOf, placesWithin } from '../scan/samples.js';
import { scan } from '../scan/scan.js';
import { readScan, writeScan } from '../scan/state.js';
import { activations } from '../scene/forward.js';
import type { SetImage } from '../scene/images.js';
import { type Atlas, atlasCollectors, atlasOf, findAtlas } from './atlas.js';
import { makePieces } from './gallery.js';
import { iconPieces, iconStudy } from './icons.js';

const FILLER = 'weight_filler { type: "gaussian" std: 0.2 }';
/** The scores are linear in pool1, so contributions to them are exact. */
const net = importCaffe(
  `name: "small" input: "data" input_dim: 1 input_dim: 3 input_dim: 15 input_dim: 19
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
    convolution_param { num_output: 5 kernel_size: 3 stride: 2 ${FILLER} } }
  layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
  layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc" inner_product_param { num_output: 4 ${FILLER} } }
  layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`,
  undefined,
  { seededWeights: 5, preprocessing: { mean: [100, 110, 120], scale: 0.02, order: 'rgb', fit: 'crop', stated: true } },
);
const [C, H, W] = [5, 7, 9];
const K = 4;
const COUNT = 40;
const rng = createRng(9);
const images: SetImage[] = Array.from({ length: COUNT }, (_, id) => ({
  id: `picture ${id}`,
  input: Float32Array.from({ length: 3 * 15 * 19 }, () => 2 * rng.normal()),
}));
const options = { layer: 'conv1', grids: [2, 4], least: 2, neighbours: 8, seed: 3 };
const inputOf = (i: number) => ('input' in images[i] ? images[i].input : new Float32Array());

let atlas: Atlas;
/** Of the points, and which pictures they are of: one activation is zero and left out. */
let codes: readonly (readonly number[])[];
let kept: readonly number[];
beforeAll(async () => {
  const ctx = await testContext();
  atlas = await findAtlas(ctx, net, images, options);
  const { collectors } = atlasCollectors(net, options);
  const { states } = await scan(ctx, net, images, collectors);
  const all = [...(states[0] as Codes)].filter(([, { row }]) => row.some((v) => v !== 0));
  kept = all.map(([i]) => i);
  codes = all.map(([, { row }]) => [...row]);
});

describe('an atlas', () => {
  test('has an activation of each picture, at the place of its seed, off the border', async () => {
    const ctx = await testContext();
    expect(atlas.points.map(({ id }) => id)).toEqual(kept.map((i) => `picture ${i}`));
    expect(kept.length).toBe(COUNT - 1);
    const allowed = placesWithin(H, W, 1);
    expect(allowed.length).toBe((H - 2) * (W - 2));
    for (const i of [0, 7, 38]) {
      const [y, x] = atlas.points[i].place;
      expect(y * W + x).toBe(allowed[placesOf(kept[i], 1, allowed.length, 3)[0]]);
      const maps = (await activations(ctx, net, inputOf(kept[i]), ['relu1', 'fc'])) as Map<
        string,
        { data: Float32Array }
      >;
      const data = maps.get('relu1')?.data ?? [];
      const own = Array.from({ length: C }, (_, c) => data[(c * H + y) * W + x]);
      expectClose('code', codes[i], own, [C], { atol: 1e-5, rtol: 1e-5 });
      const scores = [...(maps.get('fc')?.data ?? [])];
      expect(atlas.points[i].predicted).toBe(scores.indexOf(Math.max(...scores)));
    }
  });

  test('has squares whose counts are those of brute force, and direction and likeness those of float64', () => {
    for (const { side, cells } of atlas.levels) {
      let left = 0;
      for (let row = 0; row < side; row++) {
        for (let column = 0; column < side; column++) {
          const inside = (v: number, k: number) => Math.min(side - 1, Math.floor(v * side)) === k;
          const members = atlas.points.flatMap(({ at }, i) => (inside(at[0], column) && inside(at[1], row) ? [i] : []));
          const cell = cells.find((own) => own.column === column && own.row === row);
          if (members.length < 2) {
            left += members.length;
            expect(cell).toBeUndefined();
            continue;
          }
          expect([...(cell?.members ?? [])].sort((a, b) => a - b)).toEqual(members);
          const mean = Array.from(
            { length: C },
            (_, c) => members.reduce((s, i) => s + codes[i][c], 0) / members.length,
          );
          const cosine = (i: number) =>
            codes[i].reduce((s, v, c) => s + v * mean[c], 0) / (Math.hypot(...codes[i]) * Math.hypot(...mean));
          const order = (cell?.members ?? []).map(cosine);
          expect(order).toEqual([...order].sort((a, b) => b - a));
          expect(Math.hypot(...(cell?.direction ?? []))).toBeCloseTo(1, 10);
        }
      }
      expect(cells.reduce((sum, { members }) => sum + members.length, left)).toBe(kept.length);
    }
  });

  test('says how much each square contributes to the classes: activation times weight', () => {
    const w = net.weights.get([...net.weights.keys()].find((name) => /^fc.*w/.test(name)) ?? '');
    if (!w) throw new Error('no weights of fc');
    const contribution = (i: number, k: number) => {
      const [y, x] = atlas.points[i].place;
      return codes[i].reduce((sum, v, c) => sum + v * Number(w.data[k * C * H * W + (c * H + y) * W + x]), 0);
    };
    expect(atlas.contributionsTo).toBe('all');
    for (const { cells } of atlas.levels) {
      for (const { members, classes } of cells) {
        const want = Array.from(
          { length: K },
          (_, k) => members.reduce((s, i) => s + contribution(i, k), 0) / members.length,
        );
        const order = want.map((_, k) => k).sort((a, b) => want[b] - want[a]);
        expect(classes.map((own) => own.class)).toEqual(order.slice(0, 3));
        for (const { class: k, contribution: got } of classes) expect(got).toBeCloseTo(want[k], 5);
      }
    }
  });

  test('is the same for any batch, and where it was stopped and gone on with', async () => {
    const ctx = await testContext();
    const { layer, collectors } = atlasCollectors(net, options);
    const part = await scan(ctx, net, images, collectors, { range: [0, 17], batch: 5 });
    const resume = readScan(collectors, JSON.parse(JSON.stringify(writeScan(collectors, part))));
    const { states } = await scan(ctx, net, images, collectors, { batch: 5, resume });
    const stopped = await atlasOf(layer, states as readonly Codes[], options);
    const { states: rest } = await scan(ctx, net, images, collectors, { batch: 5 });
    expect(stopped).toEqual(await atlasOf(layer, rest as readonly Codes[], options));
    const map = stopped.points.map(({ at }) => at);
    expect(await atlasOf(layer, states as readonly Codes[], { ...options, map })).toEqual(stopped);
    await expect(atlasOf(layer, states as readonly Codes[], { ...options, map: map.slice(1) })).rejects.toThrow(
      'map: has 38 points for 39 activations',
    );
  });

  test('refuses grids that are none, squares that nothing fills, and a layer that is not there', async () => {
    const ctx = await testContext();
    const made = (own: object) => findAtlas(ctx, net, images, { ...options, ...own });
    await expect(made({ grids: [] })).rejects.toThrow('grids: must be whole numbers from 1');
    await expect(made({ grids: [4, 0] })).rejects.toThrow("grids: must be whole numbers from 1, got '4,0'");
    await expect(made({ least: 41 })).rejects.toThrow('least: no square holds 41 of the 39 activations');
    await expect(made({ layer: 'conv9' })).rejects.toThrow("'conv9'");
    await expect(made({ border: -1 })).rejects.toThrow('border: must be a whole number from 0, got -1');
  });
});

describe('icons', () => {
  const icons = Array.from({ length: 5 }, (_, k) => ({
    name: `2:${k},0`,
    direction: Array.from({ length: C }, (_, c) => (c === k ? 1 : -0.2)),
  }));

  test('have the same bits whatever pieces are made, in any order', async () => {
    const ctx = await testContext();
    const { statisticsByName } = await import('../node/statistics.js');
    const { world: statistics } = await statisticsByName();
    const own = { statistics, steps: 4, batch: 2 };
    const model = { ...net, statistics: 'world' };
    const made = async (order: (n: number) => number) => {
      const pieces = await iconPieces(ctx.traits, model, 'conv1', icons, own);
      expect(pieces.map(({ tiles }) => tiles.length)).toEqual([2, 2, 1]);
      const all = new Map<string, Float32Array | undefined>();
      const ordered = pieces.map((_, i) => pieces[order(i)]);
      for await (const { tiles = [] } of makePieces(ctx, model, ordered, own))
        for (const tile of tiles) all.set(tile.unit, tile.image);
      return icons.map(({ name }) => all.get(name));
    };
    const forward = await made((i) => i);
    expect(await made((i) => 2 - i)).toEqual(forward);
    expect(new Set(forward.map((image) => image?.join())).size).toBe(5);
    const ids = (more: object) =>
      iconPieces(ctx.traits, model, 'conv1', icons, { ...own, ...more }).then((p) => p.map(({ id }) => id));
    expect(await ids({})).toEqual(await ids({}));
    for (const other of [{ steps: 5 }, { power: 1 }, { seed: 1 }]) expect(await ids(other)).not.toEqual(await ids({}));
  });

  test('raise the content after the ReLU, from one start', () => {
    const { objective, seeds } = iconStudy(net, 'conv1', icons.slice(0, 2), { seed: 4 });
    expect(seeds).toEqual([4, 4]);
    expect(objective).toMatchObject({ name: 'each', of: [{ name: 'directionAt', layer: 'relu1', power: 2 }, {}] });
    expect(() => iconStudy(net, 'conv1', [{ name: 'a', direction: [0, 0, 0, 0, 0] }])).toThrow('must not be zero');
  });
});
