import { definePart } from '../parts/part.js';
import { borderField, sample } from './moving.js';

/** So that what stands at the border is seen from all sides. The net must take the larger image, or a crop must follow. */
export const pad = definePart({
  kind: 'transform',
  name: 'pad',
  text: 'Adds a border to the image, which grows by it.',
  source: 'lucid, transform.py: pad',
  fields: {
    by: {
      type: 'number',
      whole: true,
      min: 0,
      max: 4096,
      default: 12,
      unit: 'px',
      text: 'pixels on each side',
      slider: { min: 0, max: 32, step: 1 },
    },
    border: borderField('zero'),
  },
  make: ({ by, border }) => ({
    label: `pad ${by}`,
    border,
    // Motions are about the centre, and it stays where it is.
    sample,
    move: (_, { theta, size: [H, W] }) => ({ theta, size: [H + 2 * by, W + 2 * by] }),
  }),
});
