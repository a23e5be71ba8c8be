import { definePart } from '../parts/part.js';
import { moved, sample } from './moving.js';

/** What a net has learned of left and right is a matter of its training set. */
export const flip = definePart({
  kind: 'transform',
  name: 'flip',
  text: 'Swaps left and right of some images, drawn anew at each step.',
  source: 'xplique, features_visualizations/transformations.py: random_flip',
  fields: {
    probability: {
      type: 'number',
      min: 0,
      max: 1,
      default: 0.5,
      live: true,
      text: 'share of the images that are swapped',
      slider: { min: 0, max: 1, step: 0.05 },
    },
  },
  make: ({ probability }) => ({
    label: `flip ${probability}`,
    sample,
    move: (stage, before, live) =>
      moved(stage, before, {
        flip: live.number('flip', 'f32', (o: { readonly probability: number }) => o.probability),
      }),
  }),
});
