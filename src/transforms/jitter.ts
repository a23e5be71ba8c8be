import { op as roll } from '../kernels/roll/index.js';
import { definePart } from '../parts/part.js';

/** Another shift at every step, so that nothing can depend on one place of the net's grid. */
export const jitter = definePart({
  kind: 'transform',
  name: 'jitter',
  text: 'Shifts each image by a random number of pixels, around the border, anew at each step.',
  source: 'Mordvintsev et al. 2015 (np.roll); Olah et al. 2017',
  fields: {
    reach: {
      type: 'number',
      whole: true,
      min: 0,
      max: 65_535,
      default: 8,
      unit: 'px',
      live: true,
      text: 'pixels to either side, at most',
      slider: { min: 0, max: 32, step: 1 },
    },
  },
  make({ reach }) {
    return {
      label: `jitter ${reach}`,
      apply({ tape, random }, image, live) {
        const pixels = live.number('jitter', 'u32', (options: { readonly reach: number }) => options.reach);
        return tape.apply(roll, { x: image, draws: random.uniform([2]) }, { reach: pixels });
      },
    };
  },
});
