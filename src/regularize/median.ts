import { MOST_RADIUS, median as op } from '../kernels/windowFilter/index.js';
import { definePart } from '../parts/part.js';

interface Options {
  readonly radius: number;
  readonly every: number;
}

/** Single pixels that stand out go, and edges stay. */
export const median = definePart({
  kind: 'regularizer',
  name: 'median',
  text: 'The median of each channel over a square, every few steps.',
  source: 'the median filter; scipy.ndimage.median_filter',
  fields: {
    radius: {
      type: 'number',
      whole: true,
      min: 0,
      max: MOST_RADIUS,
      default: 1,
      unit: 'px',
      live: true,
      text: 'pixels on each side of the centre; 1 for a square of 3×3',
      label: 'median radius',
      slider: { min: 0, max: MOST_RADIUS, step: 1 },
    },
    every: {
      type: 'number',
      whole: true,
      min: 0,
      default: 4,
      unit: 'steps',
      live: true,
      text: 'steps from one to the next, 0 for never',
      label: 'median every',
      slider: { min: 1, max: 20, step: 1 },
    },
  },
  make: ({ radius, every }) => ({
    label: `median ${radius} every ${every}`,
    project: ({ tape, step }, { image, mean }, live) =>
      tape.apply(
        op,
        { x: image, mean, step },
        {
          radius: live.number('median radius', 'i32', (o: Options) => o.radius),
          every: live.number('median every', 'u32', (o: Options) => o.every),
        },
      ),
  }),
});
