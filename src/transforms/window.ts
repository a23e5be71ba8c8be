import { OptionError } from '../core/errors.js';
import { windowMotion } from '../kernels/cropMotion/index.js';
import { definePart } from '../parts/part.js';
import { sample } from './moving.js';

/** A canvas that is larger than what the net takes is seen piece by piece, its middle most often. */
export const window = definePart({
  kind: 'transform',
  name: 'window',
  text: 'Shows a window of each image, as large as what the net takes, another one at each step.',
  source: 'Nguyen et al. 2016 (MFV), act_max.tvd.center.py: window',
  fields: {
    spread: {
      type: 'number',
      min: 0,
      max: 10,
      default: 0.3,
      live: true,
      text: 'standard deviation of its place about the middle, as a share of the pixels that it has to move; it stays within the image',
      slider: { min: 0, max: 1, step: 0.01 },
    },
  },
  make: ({ spread }) => ({
    label: `window ${spread}`,
    sample,
    move({ tape, random, space }, { theta, size: from }, live) {
      const [, H, W] = space.input;
      if (from[0] < H || from[1] < W) {
        throw new OptionError(
          'transforms',
          `'window' needs an image of at least ${H}×${W} pixels, what the net takes; got ${from.join('×')}. Give a canvas`,
        );
      }
      const share = live.number('window', 'f32', (o: { readonly spread: number }) => o.spread);
      const size = [H, W] as const;
      return {
        theta: tape.apply(windowMotion, { theta, place: random.normal([2]) }, { from, size, spread: share }),
        size,
      };
    },
  }),
});
