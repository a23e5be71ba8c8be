import { gaussianTaps, MAX_RADIUS, op } from '../kernels/blur/index.js';
import { definePart } from '../parts/part.js';

/** As live options. */
interface Options {
  readonly radius: number;
  readonly every: number;
}

/** Takes out high frequencies, which the gradient puts in. */
export const blur = definePart({
  kind: 'regularizer',
  name: 'blur',
  text: 'A Gaussian blur of each channel every few steps.',
  source: 'Yosinski et al. 2015, θ_b_width and θ_b_every; scipy.ndimage.gaussian_filter',
  fields: {
    radius: {
      type: 'number',
      min: 0,
      max: (MAX_RADIUS - 0.5) / 4,
      default: 0,
      unit: 'px',
      live: true,
      text: 'standard deviation of the blur',
      label: 'blur radius',
      source: 'θ_b_width',
      slider: { min: 0, max: 3, step: 0.05 },
    },
    every: {
      type: 'number',
      whole: true,
      min: 0,
      default: 4,
      unit: 'steps',
      live: true,
      text: 'steps from blur to blur, 0 for never',
      label: 'blur every',
      source: 'θ_b_every',
      slider: { min: 1, max: 20, step: 1 },
    },
  },
  make: ({ radius, every }) => ({
    label: `blur ${radius} every ${every}`,
    project({ tape, step }, { image }, live) {
      const taps = live.data('blur taps', [MAX_RADIUS + 1], (o: Options) => gaussianTaps(o.radius).taps);
      const reach = live.number('blur radius', 'i32', (o: Options) => gaussianTaps(o.radius).radius);
      const period = live.number('blur every', 'u32', (o: Options) => (o.radius > 0 ? o.every : 0));
      return tape.apply(op, { x: image, taps, step }, { radius: reach, every: period });
    },
  }),
});
