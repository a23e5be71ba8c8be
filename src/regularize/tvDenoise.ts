import { op } from '../kernels/tvDenoise/index.js';
import { definePart } from '../parts/part.js';

interface Options {
  readonly weight: number;
  readonly lastWeight?: number;
  readonly every: number;
}

const weightOf = {
  type: 'number',
  above: 0,
  live: true,
  slider: { min: -3, max: 1, step: 0.05, log: true },
} as const;

/** Noise goes, and edges stay. */
export const tvDenoise = definePart({
  kind: 'regularizer',
  name: 'tvDenoise',
  text: 'Total variation denoising after each step, by split Bregman iterations; pixels from 0 to 255.',
  source:
    'Nguyen et al. 2016 (MFV); scikit-image, denoise_tv_bregman: max_num_iter 100. Here all sweeps are done, without its eps',
  fields: {
    weight: { ...weightOf, default: 0.4, text: 'how closely the result follows the image: the smaller, the smoother' },
    lastWeight: {
      ...weightOf,
      optional: true,
      text: 'the weight at the last step; in between it changes by the same amount at each step. By default it stays',
    },
    sweeps: { type: 'number', whole: true, min: 1, max: 1000, default: 100, text: 'iterations' },
    every: {
      type: 'number',
      whole: true,
      min: 0,
      default: 1,
      unit: 'steps',
      live: true,
      text: 'steps from one to the next, 0 for never',
      slider: { min: 1, max: 20, step: 1 },
    },
  },
  make: ({ weight, sweeps }) => ({
    label: `TV denoising ${weight}`,
    project: ({ tape, step, last }, { image, mean }, live) =>
      tape.apply(
        op,
        { x: image, mean, step },
        {
          weight: live.number('TV weight', 'f32', (o: Options) => o.weight),
          lastWeight: live.number('last TV weight', 'f32', (o: Options) => o.lastWeight ?? o.weight),
          last,
          every: live.number('TV every', 'u32', (o: Options) => o.every),
          sweeps,
        },
      ),
  }),
});
