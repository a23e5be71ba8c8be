import { clipPixels } from '../kernels/ascent/index.js';
import { definePart } from '../parts/part.js';

/** What the net is shown stays a picture. */
export const pixelRange = definePart({
  kind: 'regularizer',
  name: 'pixelRange',
  text: 'Holds the image, its mean added, to what a picture can be. Before the net sees it, as the toolbox does.',
  source: 'Deep Visualization Toolbox, gradient_optimizer.py: x ← clip(x + mean, 0, 255) − mean',
  fields: {
    low: { type: 'number', default: 0, text: 'least value of a pixel' },
    high: { type: 'number', default: 255, text: 'greatest value of a pixel' },
  },
  make: ({ low, high }) => ({
    label: 'pixel range',
    when: 'before',
    project: ({ tape }, { image, mean }) => tape.apply(clipPixels, { x: image, mean }, { low, high }),
  }),
});
