// Images ranked by a unit's relevance to the class that the net predicts, against loops in float64 over a small net.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { blob, C, H, NET, row, SIZE, W } from '../attribute/smallNet.ref.js';
import { findTopImages, parseTopImages, topOf } from './topImages.js';

const COUNT = 11;
const all = distinct(COUNT * SIZE, 23).map((value) => value * 3);
const set = Array.from({ length: COUNT }, (_, n) => ({
  id: `image ${n}`,
  input: Float32Array.from(row(all, n, SIZE)),
}));
const [A, B] = [
  { layer: 'a', shape: [5, H, W] },
  { layer: 'b', shape: [6, 5, 7] },
] as const;
const weightsOf = (layer: string): Float64Array => {
  const own = NET.layers.find(({ name }) => name === layer)?.weights ?? {};
  return Float64Array.from(NET.weights.get(own.w)?.data ?? []);
};
const [wb, wfc] = [weightsOf('b'), weightsOf('fc')];

/** Σ over b's numbers of a share of each, by the weights with which it looks at a's: the way back through convolution b. */
function throughB(share: Float64Array, weight: (w: number) => number): Float64Array {
  const back = new Float64Array(5 * H * W);
  for (let k = 0; k < 6; k++)
    for (let p = 0; p < 5; p++)
      for (let q = 0; q < 7; q++)
        for (let c = 0; c < 5; c++)
          for (let r = 0; r < 3; r++)
            for (let s = 0; s < 3; s++) {
              const [y, x] = [2 * p + r - 1, 2 * q + s - 1];
              if (y < 0 || y >= H || x < 0 || x >= W) continue;
              back[(c * H + y) * W + x] += weight(wb[((k * 5 + c) * 3 + r) * 3 + s]) * share[(k * 5 + p) * 7 + q];
            }
  return back;
}

/** Relevances of both layers' numbers in one image. */
function relevances(image: Float64Array, by: 'relevance' | 'gradient') {
  const [a, b, scores] = [blob(image, 'a'), blob(image, 'b'), blob(image, 'fc')];
  const best = scores.indexOf(Math.max(...scores));
  const w = wfc.subarray(best * b.length, (best + 1) * b.length);
  if (by === 'gradient') {
    const gated = w.map((weight, i) => (b[i] > 0 ? weight : 0));
    const ga = throughB(gated, (weight) => weight);
    return { best, a: a.map((value, i) => value * ga[i]), b: b.map((value, i) => value * w[i]) };
  }
  const z = b.reduce((sum, value, i) => sum + value * w[i], 0);
  const rb = b.map((value, i) => ((value * w[i]) / (z + 0.01 * Math.sign(z))) * scores[best]);
  // a is no less than 0, so its positive parts are those by positive weights.
  const up = (weight: number) => Math.max(0, weight);
  const zb = new Float64Array(b.length);
  for (let i = 0; i < b.length; i++) {
    const one = new Float64Array(b.length);
    one[i] = 1;
    zb[i] = throughB(one, up).reduce((sum, weight, j) => sum + weight * a[j], 0);
  }
  const ra = throughB(
    rb.map((value, i) => (zb[i] > 0 ? value / zb[i] : 0)),
    up,
  );
  return { best, a: a.map((value, i) => value * ra[i]), b: rb };
}

/** Of each image the channels' shares and places. */
function shares(map: Float64Array, [channels, h, w]: readonly [number, number, number]) {
  const maps = Array.from({ length: channels }, (_, c) => map.subarray(c * h * w, (c + 1) * h * w));
  const sums = maps.map((one) => one.reduce((x, y) => x + y, 0));
  const whole = sums.reduce((x, y) => x + Math.abs(y), 0) + 1e-10;
  return maps.map((one, c) => ({ share: sums[c] / whole, place: one.indexOf(Math.max(...one)) }));
}

describe.each(['relevance', 'gradient'] as const)('by %s', (by) => {
  const told = set.map(({ input }) => relevances(Float64Array.from(input), by));
  test.each([
    [A, 4],
    [B, 3],
    [B, 1],
  ] as const)('%o in batches of %i', async ({ layer, shape }, batch) => {
    const k = 4;
    const top = await findTopImages(await testContext(), NET, set, { layers: [layer], k, by, batch });
    expect(top.by).toMatch(by === 'gradient' ? /gradient of the predicted class/ : /relevance to the predicted class/);
    expect(parseTopImages(JSON.stringify(top))).toEqual(top);
    const want = told.map((one) => shares(one[layer], shape));
    for (let c = 0; c < shape[0]; c++) {
      const sorted = want.map((own, n) => ({ n, ...own[c] })).sort((x, y) => y.share - x.share || x.n - y.n);
      const found = topOf(top, layer, c);
      // Sums in single precision.
      expectClose(
        'shares',
        Float64Array.from(found, ({ value }) => value),
        sorted.slice(0, k).map(({ share }) => share),
        [k],
        {
          atol: 2e-5,
          rtol: 1e-4,
        },
      );
      for (const [
        i,
        {
          image,
          at: [y, x],
        },
      ] of found.entries()) {
        const near = sorted.filter(({ share }) => Math.abs(share - sorted[i].share) < 1e-4);
        const own = near.find(({ n }) => image === `image ${n}`);
        expect(own, `${layer}:${c} ${image}`).toBeDefined();
        // A channel without relevance is nowhere greatest.
        if (own && Math.abs(own.share) > 1e-6) expect(y * shape[2] + x).toBe(own.place);
      }
    }
  });

  test('the pictures are of several classes, and others than by activation', async () => {
    expect(new Set(told.map(({ best }) => best)).size).toBeGreaterThan(1);
    const ctx = await testContext();
    const names = (top: Awaited<ReturnType<typeof findTopImages>>) => JSON.stringify(top.layers[0].images);
    const active = await findTopImages(ctx, NET, set, { layers: ['b'], k: 4 });
    const relevant = await findTopImages(ctx, NET, set, { layers: ['b'], k: 4, by });
    expect(names(relevant)).not.toBe(names(active));
  });

  test('a search by another number is not resumed, and layers must be named', async () => {
    const ctx = await testContext();
    const resume = await findTopImages(ctx, NET, set, { layers: ['b'], k: 4 });
    await expect(findTopImages(ctx, NET, set, { layers: ['b'], k: 4, by, resume })).rejects.toThrow(
      /resume: the search to go on with ranked images by activation, this one by/,
    );
    await expect(findTopImages(ctx, NET, set, { by })).rejects.toThrow(/must be layers before the classes; name some/);
    const part = await findTopImages(ctx, NET, set.slice(0, 6), { layers: ['b'], k: 4, by, batch: 3 });
    const whole = await findTopImages(ctx, NET, set, { layers: ['b'], k: 4, by, batch: 3 });
    expect(await findTopImages(ctx, NET, set, { layers: ['b'], k: 4, by, batch: 3, resume: part })).toEqual(whole);
  });
});

test('the input has the size that the loops are for', () => expect(SIZE).toBe(C * H * W));
