import { definePart } from '../parts/part.js';
import { borderField, moved, sample } from './moving.js';

/** As jitter, with a choice of what comes in from beyond the border. */
export const shift = definePart({
  kind: 'transform',
  name: 'shift',
  text: 'Shifts each image by a random number of pixels, anew at each step.',
  source: 'lucid, transform.py: jitter',
  fields: {
    reach: {
      type: 'number',
      min: 0,
      max: 65_535,
      default: 8,
      unit: 'px',
      live: true,
      text: 'pixels to each side, at most',
      slider: { min: 0, max: 32, step: 1 },
    },
    pixels: {
      type: 'choice',
      of: ['whole', 'any'],
      default: 'whole',
      text: 'whole pixels, or any number of them, which blurs a little',
    },
    border: borderField('reflect'),
  },
  make: ({ reach, pixels, border }) => ({
    label: `shift ${reach}`,
    border,
    sample,
    move(stage, before, live) {
      const most = live.number('shift', 'f32', (o: { readonly reach: number }) => o.reach);
      return moved(stage, before, { shiftY: most, shiftX: most, whole: pixels === 'whole' });
    },
  }),
});
