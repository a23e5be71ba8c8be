import { op as randomBlur } from '../kernels/randomBlur/index.js';
import { definePart } from '../parts/part.js';

interface Options {
  readonly low: number;
  readonly high: number;
}

const width = {
  type: 'number',
  min: 0,
  max: 32,
  unit: 'px',
  live: true,
  slider: { min: 0, max: 4, step: 0.05 },
} as const;

/** The net never sees the finest detail, so that the gradient does not build on it. */
export const blur = definePart({
  kind: 'transform',
  name: 'blur',
  text: 'Blurs each image with a Gaussian of random width, anew at each step.',
  source: 'xplique, features_visualizations/transformations.py: random_blur; scipy.ndimage.gaussian_filter',
  fields: {
    low: { ...width, default: 1, text: 'least standard deviation' },
    high: { ...width, default: 1.1, text: 'greatest standard deviation' },
  },
  make: ({ low, high }) => ({
    label: `blur ${low} to ${high}`,
    apply: ({ tape, random }, image, live) =>
      tape.apply(
        randomBlur,
        { x: image, draws: random.uniform([]) },
        {
          low: live.number('least blur', 'f32', (o: Options) => o.low),
          high: live.number('greatest blur', 'f32', (o: Options) => o.high),
        },
      ),
  }),
});
