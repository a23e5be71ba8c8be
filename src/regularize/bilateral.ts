import { bilateral as op } from '../kernels/windowFilter/index.js';
import { definePart } from '../parts/part.js';
import { WHITE } from '../scene/space.js';

interface Options {
  readonly radius: number;
  readonly colour: number;
  readonly every: number;
}

/** A blur that stops at edges. */
export const bilateral = definePart({
  kind: 'regularizer',
  name: 'bilateral',
  text: 'The bilateral filter every few steps: a blur among pixels of like colour.',
  source: 'Tomasi & Manduchi 1998; Tyka 2016 used it for preferred images',
  fields: {
    radius: {
      type: 'number',
      min: 0,
      max: 16,
      default: 1,
      unit: 'px',
      live: true,
      text: 'standard deviation of the distance; the window reaches two of them',
      label: 'bilateral radius',
      slider: { min: 0, max: 4, step: 0.05 },
    },
    colour: {
      type: 'number',
      above: 0,
      default: 0.15,
      live: true,
      text: 'standard deviation of the distance in colour, over all channels, as a share of 255',
      label: 'bilateral colour',
      slider: { min: 0.01, max: 1, step: 0.01 },
    },
    every: {
      type: 'number',
      whole: true,
      min: 0,
      default: 4,
      unit: 'steps',
      live: true,
      text: 'steps from one to the next, 0 for never',
      label: 'bilateral every',
      slider: { min: 1, max: 20, step: 1 },
    },
  },
  make: ({ radius, every }) => ({
    label: `bilateral ${radius} every ${every}`,
    project: ({ tape, step }, { image, mean }, live) =>
      tape.apply(
        op,
        { x: image, mean, step },
        {
          sigma: live.number('bilateral radius', 'f32', (o: Options) => o.radius),
          rho: live.number('bilateral colour', 'f32', (o: Options) => o.colour * WHITE),
          every: live.number('bilateral every', 'u32', (o: Options) => o.every),
        },
      ),
  }),
});
