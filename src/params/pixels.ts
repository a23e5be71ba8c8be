import { createRng, seedFor } from '../core/rng.js';
import { definePart } from '../parts/part.js';
import type { ImageSpace } from '../scene/space.js';
import { coarsePicture } from '../scene/statistics.js';
import { toNetImage } from './colours.js';

/** Where the toolbox's ascent starts: N(0, 10) around the mean image, U(0, 255), or the mean image itself. */
export const STARTS = ['mean_plus_rand', 'randu', 'mean'] as const;
/** How the toolbox draws the image before the first step. */
export type Start = (typeof STARTS)[number];

/** Standard deviation of the noise around the mean image. DVT: `np.random.normal(0, 10, x.shape)`. */
const START_DEVIATION = 10;

/** x₀ `[C, H, W]`, mean-subtracted: NumPy's legacy generator in C order, as the toolbox draws it. */
export function startImage(start: Start, seed: number, mean: Float32Array): Float32Array {
  const rng = createRng(seed);
  if (start === 'mean') return new Float32Array(mean.length);
  if (start === 'randu') return mean.map((m) => rng.uniform() * 255 - m);
  return mean.map(() => START_DEVIATION * rng.normal());
}

/**
 * An image on a canvas of another size: cubic convolution (Keys 1981, a = −½) of the pixels with the mean, edges repeated. MFV
 * zooms with cubic splines (scipy.ndimage.zoom), which this comes close to.
 */
function enlarged(image: Float32Array, from: ImageSpace, to: ImageSpace): Float32Array {
  const [C, H, W] = to.shape;
  const [, H0, W0] = from.shape;
  const tapsOf = (index: number, size: number, size0: number): readonly (readonly [number, number])[] => {
    const at = ((index + 0.5) * size0) / size - 0.5;
    const low = Math.floor(at);
    const t = at - low;
    const weights = [
      ((-0.5 * t + 1) * t - 0.5) * t,
      (1.5 * t - 2.5) * t * t + 1,
      ((-1.5 * t + 2) * t + 0.5) * t,
      (0.5 * t - 0.5) * t * t,
    ];
    return weights.map((w, k) => [Math.min(size0 - 1, Math.max(0, low - 1 + k)), w]);
  };
  const rows = Array.from({ length: H }, (_, y) => tapsOf(y, H, H0));
  const columns = Array.from({ length: W }, (_, x) => tapsOf(x, W, W0));
  const out = new Float32Array(C * H * W);
  for (let c = 0; c < C; c++) {
    for (let y = 0; y < H; y++) {
      for (let x = 0; x < W; x++) {
        let sum = 0;
        for (const [r, wy] of rows[y]) {
          const line = (c * H0 + r) * W0;
          for (const [q, wx] of columns[x]) sum += wy * wx * (image[line + q] + from.mean[line + q]);
        }
        const i = (c * H + y) * W + x;
        out[i] = sum - to.mean[i];
      }
    }
  }
  return out;
}

/** The image's own numbers are the variables. */
export const pixels = definePart({
  kind: 'parameterization',
  name: 'pixels',
  text: 'The pixels themselves, as Yosinski et al. have them.',
  source: 'Yosinski et al. 2015; Deep Visualization Toolbox, gradient_optimizer.py',
  fields: {
    start: {
      type: 'choice',
      of: [...STARTS, 'coarse'],
      default: 'mean_plus_rand',
      text: 'start image: noise around the mean image, uniform noise, the mean image itself, or a coarse picture drawn from statistics',
    },
    statistics: { type: 'text', default: 'natural', text: 'statistics that a coarse picture is drawn from' },
    deviation: {
      type: 'number',
      min: 0,
      default: 0.65,
      text: 'times the deviation of coarse pictures: 0 is their mean',
    },
  },
  make({ start, statistics, deviation }) {
    return {
      label: 'pixels',
      editable: true,
      variables: (shape) => [{ label: 'image', shape }],
      start(space, seed) {
        if (start !== 'coarse') return [startImage(start, seed, space.mean)];
        const [, H, W] = space.shape;
        const { normal } = createRng(seedFor(seed, 'coarse'));
        return [toNetImage(coarsePicture(space.statistics(statistics), [H, W], deviation, normal), space)];
      },
      startFrom: (_, image) => [image],
      resize: ([image], from, to) => [enlarged(image, from, to)],
      image: (_, [image]) => image,
    };
  },
});
