// Methods of attribution beside their formulas in float64, on a small net whose pictures are neither square nor even.
import { beforeAll, describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { distinct } from '../../test/support/op.js';
import { resizedMap } from '../attribute/resize.js';
import { BRANCHES, blob, C, each, H, IMAGES, NET, row, SIZE, sum, W } from '../attribute/smallNet.ref.js';
import { createRng } from '../core/rng.js';
import * as objectives from '../objectives/index.js';
import type { Attribution } from '../parts/kinds.js';
import { type ExplainOptions, explain } from './explain.js';

const PLACES = H * W;
const [K, h, w] = [6, 5, 7];
const CLASS = 2;
const UNIT = `fc:${CLASS}`;
const MAP = [2, H, W];
const CLOSE = { atol: 1e-4, rtol: 1e-3 };

const score = (image: Float64Array): number => blob(image, 'fc')[CLASS];

/** By central differences. */
function gradient(image: Float64Array): Float64Array {
  const step = 1e-5;
  return image.map((_, i) => {
    const at = (d: number) => score(image.map((v, j) => (i === j ? v + d : v)));
    return (at(step) - at(-step)) / (2 * step);
  });
}

const ask = async (
  method: ExplainOptions['method'],
  more: Partial<ExplainOptions> & { readonly images?: Float32Array } = {},
): Promise<Attribution> => {
  const { images = IMAGES, ...options } = more;
  const target = options.objective ? {} : { unit: UNIT };
  return explain(await testContext(), NET, images, { ...target, method, ...options });
};

describe('gradients', () => {
  const gradients: Float64Array[] = [];
  beforeAll(() => {
    gradients.push(...[0, 1].map((n) => gradient(row(IMAGES, n, SIZE))));
  });

  test('backprojection is the gradient, and knows the target', async () => {
    const { map, values } = await ask('backprojection');
    expect(map.shape).toEqual([2, C, H, W]);
    expectClose(
      'gradient',
      map.data,
      each((_, n) => gradients[n]),
      map.shape,
      CLOSE,
    );
    expectClose(
      'values',
      values,
      each((image) => [score(image)]),
      [2],
      CLOSE,
    );
  });

  test('gradient times input', async () => {
    const { map } = await ask('gradientInput');
    const want = each((image, n) => image.map((v, i) => v * gradients[n][i]));
    expectClose('gradientInput', map.data, want, map.shape, CLOSE);
  });

  test('SmoothGrad and VarGrad are mean and variance over the same noise', async () => {
    const samples = 3;
    const seen = [0, 1].map((n) => {
      const image = row(IMAGES, n, SIZE);
      const rng = createRng(5);
      const range = Math.max(...image) - Math.min(...image);
      return Array.from({ length: samples }, () =>
        gradient(image.map((v) => Math.fround(v + 0.1 * range * rng.normal()))),
      );
    });
    const mean = each((_, n) => gradients[n].map((_g, i) => sum(seen[n].map((g) => g[i])) / samples));
    const variance = each((_, n) =>
      gradients[n].map((_g, i) => sum(seen[n].map((g) => (g[i] - mean[n * SIZE + i]) ** 2)) / samples),
    );
    const options = { samples, noise: 0.1, seed: 5 };
    const smooth = await ask({ name: 'smoothGrad', ...options });
    const varied = await ask({ name: 'varGrad', ...options });
    expectClose('smoothGrad', smooth.map.data, mean, smooth.map.shape, CLOSE);
    expectClose('varGrad', varied.map.data, variance, varied.map.shape, CLOSE);
  });
});

// The gradient of a net of ReLUs jumps along the path, which only many steps even out.
describe('integrated gradients', () => {
  const black = Float64Array.from({ length: SIZE }, (_, i) => -[1, 2, 3][Math.floor(i / PLACES)] * 0.01);
  const picture = distinct(SIZE, 3);
  const gained = (image: Float64Array, from: Float64Array) => score(image) - score(from);

  test.each([
    ['black', black],
    ['mean', new Float64Array(SIZE)],
    ['picture', Float64Array.from(picture)],
  ] as const)('from %s they add up to what the target gains', async (baseline, from) => {
    const {
      map,
      gap = [],
      values,
    } = await ask({ name: 'integratedGradients', baseline, steps: 400 }, { pictures: { baseline: picture } });
    for (const n of [0, 1]) {
      const gain = gained(row(IMAGES, n, SIZE), from);
      const total = sum(row(map.data, n, SIZE));
      expect(Math.abs(total - gain)).toBeLessThan(0.01 * Math.abs(gain) + 1e-4);
      expect(gap[n]).toBeCloseTo(gain - total, 4);
      expect(values[n]).toBeCloseTo(score(row(IMAGES, n, SIZE)), 4);
    }
  });

  test.each(['blurred', 'noise'] as const)('from %s too, by their own account', async (baseline) => {
    const { gap = [], map } = await ask({ name: 'integratedGradients', baseline, blur: 2, steps: 400 });
    for (const n of [0, 1]) expect(Math.abs(gap[n])).toBeLessThan(0.01 * Math.abs(sum(row(map.data, n, SIZE))) + 0.01);
  });

  test('at Gauss and Legendre’s points they are those of many middles', async () => {
    const gauss = await ask({ name: 'integratedGradients', quadrature: 'gauss', steps: 40 });
    const middles = await ask({ name: 'integratedGradients', steps: 200 });
    // The gradient has kinks, where either is of first order.
    expectClose('gauss', gauss.map.data, middles.map.data, gauss.map.shape, { atol: 0.02, rtol: 0.05 });
  });

  test('a baseline that is not given is asked for', async () => {
    await expect(ask({ name: 'integratedGradients', baseline: 'picture' })).rejects.toThrow(
      "pictures: the picture 'baseline' is not given; give one of [3,9,13]",
    );
  });
});

describe('maps of a layer', () => {
  const weights = Float64Array.from(
    NET.weights.get(NET.layers.find(({ name }) => name === 'fc')?.weights.w ?? '')?.data ?? [],
  );
  const G = weights.slice(CLASS * K * h * w, (CLASS + 1) * K * h * w);
  const maps = [0, 1].map((n) => blob(row(IMAGES, n, SIZE), 'b'));
  const A = (n: number) => maps[n];
  const at = (k: number, i: number) => k * h * w + i;
  const channels = Array.from({ length: K }, (_, k) => k);
  const places = Array.from({ length: h * w }, (_, i) => i);
  const large = (map: readonly number[]) => resizedMap(map, [h, w], [H, W]);
  const WEIGHTS: Readonly<Record<string, (n: number, k: number, i: number) => number>> = {
    gradCam: (_, k) => sum(places.map((i) => G[at(k, i)])) / (h * w),
    layerCam: (_, k, i) => Math.max(G[at(k, i)], 0),
    activationGradient: (_, k, i) => G[at(k, i)],
    gradCamPlusPlus: (n, k) => {
      const total = sum(places.map((i) => A(n)[at(k, i)]));
      return sum(
        places.map((i) => {
          const g = G[at(k, i)];
          return (g ** 2 / (2 * g ** 2 + total * g ** 3)) * Math.max(g, 0);
        }),
      );
    },
  };
  const mapOf = (name: string, n: number, rectified: boolean) => {
    const maps = A(n);
    const sums = places.map((i) => sum(channels.map((k) => WEIGHTS[name](n, k, i) * maps[at(k, i)])));
    return rectified ? sums.map((v) => Math.max(v, 0)) : sums;
  };

  test.each(Object.keys(WEIGHTS))('%s is its formula', async (name) => {
    const small = await ask({ name, size: 'layer', rectified: 'no' });
    expect([small.layer, small.map.shape]).toEqual(['b_relu', [2, h, w]]);
    expectClose(
      name,
      small.map.data,
      each((_, n) => mapOf(name, n, false)),
      small.map.shape,
      CLOSE,
    );
    const whole = await ask({ name, rectified: 'yes', layer: 'b' });
    expect(whole.map.shape).toEqual(MAP);
    expectClose(
      name,
      whole.map.data,
      each((_, n) => large(mapOf(name, n, true))),
      MAP,
      CLOSE,
    );
  });

  test('by default the layer is the last one before pooling that all ways lead through', async () => {
    const ctx = await testContext();
    const { layer } = await explain(ctx, BRANCHES, IMAGES, { unit: UNIT, method: 'gradCam' });
    expect(layer).toBe('add');
  });

  test('channel attribution sums activation times gradient over the places', async () => {
    const { map } = await ask('channelAttribution');
    expect(map.shape).toEqual([2, K, 1, 1]);
    const want = each((_, n) => channels.map((k) => sum(places.map((i) => A(n)[at(k, i)] * G[at(k, i)]))));
    expectClose('channels', map.data, want, map.shape, CLOSE);
  });

  test('guided Grad-CAM is the product of the two', async () => {
    const [product, guided, cam] = [
      await ask('guidedGradCam'),
      await ask({ name: 'backprojection', rule: 'guided' }),
      await ask('gradCam'),
    ];
    const want = guided.map.data.map((v, i) => v * cam.map.data[Math.floor(i / SIZE) * PLACES + (i % PLACES)]);
    expectClose('guidedGradCam', product.map.data, want, product.map.shape, { atol: 1e-6, rtol: 1e-5 });
  });

  test('Score-CAM weighs by the softmax of the scores through each map', async () => {
    const { map } = await ask('scoreCam');
    const want = each((image, n) => {
      const maps = A(n);
      const scores = channels.map((k) => {
        const mask = large(places.map((i) => maps[at(k, i)]));
        const [least, most] = [Math.min(...mask), Math.max(...mask)];
        const unit = mask.map((v) => (most > least ? (v - least) / (most - least) : 0));
        return score(image.map((v, i) => v * unit[i % PLACES])) - score(new Float64Array(SIZE));
      });
      const powers = scores.map(Math.exp);
      return large(
        places.map((i) => Math.max(0, sum(channels.map((k) => (powers[k] / sum(powers)) * maps[at(k, i)])))),
      );
    });
    expectClose('scoreCam', map.data, want, MAP, CLOSE);
  });

  test('a layer that is no map, or not on the way, is refused', async () => {
    await expect(ask({ name: 'gradCam', layer: 'fc' })).rejects.toThrow("layer: 'fc' [2,4] must hold maps [N,K,h,w]");
    await expect(ask({ name: 'gradCam', layer: 'b' }, { unit: 'a:1:4,5' })).rejects.toThrow(
      "the target does not depend on all of 'b'; name a layer before it",
    );
  });
});

describe('hiding', () => {
  test('occlusion is what the target loses, the mean over the windows of a place', async () => {
    const [side, step] = [4, 3];
    const { map } = await ask({ name: 'occlusion', window: side, stride: step });
    const want = each((image) => {
      const lost: number[][] = Array.from({ length: PLACES }, () => []);
      for (let top = 0; top < H - side + step; top += step) {
        for (let left = 0; left < W - side + step; left += step) {
          const inside = (i: number) => {
            const [y, x] = [Math.floor((i % PLACES) / W), i % W];
            return y >= top && y < top + side && x >= left && x < left + side;
          };
          const drop = score(image) - score(image.map((v, i) => (inside(i) ? 0 : v)));
          for (const [i, all] of lost.entries()) if (inside(i)) all.push(drop);
        }
      }
      return lost.map((all) => sum(all) / all.length);
    });
    expectClose('occlusion', map.data, want, MAP, CLOSE);
  });

  test('a window that does not fit, or leaves pixels out, is refused', async () => {
    await expect(ask({ name: 'occlusion', window: 10 })).rejects.toThrow('occlusion.window: must be at most 9');
    await expect(ask({ name: 'occlusion', window: 3, stride: 4 })).rejects.toThrow('occlusion.stride: must be at most');
  });

  test('RISE is the mean of the scores behind masks, over those that show a place', async () => {
    const [masks, cells, shown] = [5, 3, 0.4];
    const { map } = await ask({ name: 'rise', masks, cells, shown, seed: 7 });
    const [tall, wide] = [Math.ceil(H / cells), Math.ceil(W / cells)];
    const want = each((image) => {
      const rng = createRng(7);
      const total = new Float64Array(PLACES);
      for (let m = 0; m < masks; m++) {
        const grid = Array.from({ length: cells * cells }, () => (rng.uniform() < shown ? 1 : 0));
        const whole = resizedMap(grid, [cells, cells], [(cells + 1) * tall, (cells + 1) * wide]);
        const [top, left] = [Math.floor(rng.uniform() * tall), Math.floor(rng.uniform() * wide)];
        const maskAt = (i: number) => whole[(top + Math.floor(i / W)) * (cells + 1) * wide + left + (i % W)];
        const seen = score(image.map((v, i) => v * maskAt(i % PLACES)));
        for (let i = 0; i < PLACES; i++) total[i] += (seen * maskAt(i)) / (masks * shown);
      }
      return total;
    });
    expectClose('rise', map.data, want, MAP, CLOSE);
  });
});

describe('pictures', () => {
  const FAST: Readonly<Record<string, object>> = {
    smoothGrad: { samples: 3 },
    varGrad: { samples: 3 },
    integratedGradients: { steps: 3, baseline: 'noise' },
    rise: { masks: 3 },
  };
  const NAMES = [
    'activationGradient',
    'backprojection',
    'channelAttribution',
    'gradCam',
    'gradCamPlusPlus',
    'gradientInput',
    'guidedGradCam',
    'integratedGradients',
    'layerCam',
    'occlusion',
    'rise',
    'scoreCam',
    'smoothGrad',
    'varGrad',
  ];

  test.each(NAMES)('%s gives each picture the map that it has alone, however many go at once', async (name) => {
    const method = { name, ...FAST[name] };
    const both = await ask(method);
    const alone = await ask(method, { images: IMAGES.slice(SIZE), atOnce: 1 });
    const size = alone.map.data.length;
    expect(both.map.shape.slice(1)).toEqual(alone.map.shape.slice(1));
    expectClose(name, both.map.data.subarray(size), alone.map.data, alone.map.shape, { atol: 1e-6, rtol: 1e-4 });
    expect(both.values[1]).toBeCloseTo(alone.values[0], 5);
  });

  test('an objective is explained as the unit that it asks for', async () => {
    const [unit, objective] = [
      await ask('gradCam'),
      await ask('gradCam', { objective: objectives.logit.make({ class: CLASS }) }),
    ];
    expectClose('map', objective.map.data, unit.map.data, MAP, { atol: 1e-6, rtol: 1e-5 });
    expect(objective.layer).toBe(unit.layer);
  });

  test('what is asked wrongly is refused', async () => {
    await expect(ask('gradCm')).rejects.toThrow("Did you mean 'gradCam'?");
    await expect(ask({ name: 'smoothGrad', samples: 1 })).rejects.toThrow(
      'method.samples: must be a whole number from 2',
    );
    await expect(ask('gradCam', { images: IMAGES.slice(1) })).rejects.toThrow(
      'images: needs a multiple of 351 numbers',
    );
    await expect(ask('gradCam', { atOnce: 0 })).rejects.toThrow('atOnce: must be a whole number from 1, got 0');
    await expect(explain(await testContext(), NET, IMAGES, { method: 'gradCam' })).rejects.toThrow(
      'unit: name a unit, or give an objective',
    );
  });
});
