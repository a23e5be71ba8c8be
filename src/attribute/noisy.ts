// The gradient at noisy copies of a picture: its mean is SmoothGrad, its variance VarGrad.
import { createRng } from '../core/rng.js';
import type { Question } from '../parts/kinds.js';
import { attribute } from './attribute.js';
import type { Method } from './parts.js';
import { rowOf, runPictures, runVariants } from './variants.js';

/** What noise, and how much of it. */
export interface NoisyOptions {
  readonly samples: number;
  /** Standard deviation, as a share of the range of the picture's numbers. */
  readonly noise: number;
  /** The same noise for each picture. */
  readonly seed: number;
  readonly rule: Method;
}

/** Fields of both methods. */
export const NOISY = {
  samples: { type: 'number', whole: true, min: 2, default: 25, text: 'noisy copies of each picture' },
  noise: {
    type: 'number',
    above: 0,
    default: 0.15,
    text: 'standard deviation of the noise, as a share of the range of the picture’s numbers',
    source: 'σ / (xmax − xmin)',
  },
} as const;

/** Mean and variance over the samples of the gradient, `[N, C, H, W]` each, and the target in the pictures themselves. */
export async function noisyGradients(asked: Question, { samples, noise, seed, rule }: NoisyOptions) {
  const { images } = asked;
  const [N] = images.shape;
  const [values] = await runPictures(asked, () => []);
  const deviations = Float64Array.from({ length: N }, (_, n) => noise * rangeOf(rowOf(images.data, n, N)));
  const mean = new Float64Array(images.data.length);
  const squares = new Float64Array(images.data.length);
  const size = images.data.length / N;
  let rng = createRng(seed);
  await runVariants(asked, {
    count: N * samples,
    values: (scene) => [attribute(scene, { target: asked.target, method: rule })],
    make(i, into) {
      const n = Math.floor(i / samples);
      if (i % samples === 0) rng = createRng(seed);
      for (let j = 0; j < size; j++) into[j] = images.data[n * size + j] + deviations[n] * rng.normal();
    },
    take(i, [gradient]) {
      const n = Math.floor(i / samples);
      const count = (i % samples) + 1;
      // Welford's running mean and sum of squares about it.
      for (let j = 0; j < size; j++) {
        const at = n * size + j;
        const delta = gradient[j] - mean[at];
        mean[at] += delta / count;
        squares[at] += delta * (gradient[j] - mean[at]);
      }
    },
  });
  return {
    values,
    mean: Float32Array.from(mean),
    variance: Float32Array.from(squares, (sum) => sum / samples),
  };
}

function rangeOf(numbers: Float32Array): number {
  let [least, most] = [Infinity, -Infinity];
  for (const v of numbers) {
    least = Math.min(least, v);
    most = Math.max(most, v);
  }
  return most - least;
}
