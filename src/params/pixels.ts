import { createRng } from '../core/rng.js';
import { definePart } from '../parts/part.js';

/** Where ascent starts: N(0, 10) around the mean image, U(0, 255), or the mean image itself. */
export const STARTS = ['mean_plus_rand', 'randu', 'mean'] as const;
/** How the image before the first step is drawn. */
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

/** The image's own numbers are the variables. */
export const pixels = definePart({
  kind: 'parameterization',
  name: 'pixels',
  text: 'The pixels themselves, as Yosinski et al. have them.',
  source: 'Yosinski et al. 2015; Deep Visualization Toolbox, gradient_optimizer.py',
  fields: {
    start: {
      type: 'choice',
      of: STARTS,
      default: 'mean_plus_rand',
      text: 'start image: noise around the mean image, uniform noise, or the mean image itself',
    },
  },
  make({ start }) {
    return {
      label: 'pixels',
      editable: true,
      variables: (shape) => [{ label: 'image', shape }],
      start: ({ mean }, seed) => [startImage(start, seed, mean)],
      image: (_, [image]) => image,
    };
  },
});
