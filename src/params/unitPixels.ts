import type { Shape } from '../core/shape.js';
import { definePart } from '../parts/part.js';
import { COLOUR_FIELDS, checkRange, coloursOf, uncoloured } from './bounded.js';
import { toNet } from './colours.js';
import { noise, SPECTRUM_FIELDS } from './fourier.js';
import { resizedLevels } from './levels.js';

/** Lucid's pixel image. */
export const unitPixels = definePart({
  kind: 'parameterization',
  name: 'unitPixels',
  text: 'Pixels without bounds, which a sigmoid brings between black and white.',
  source: 'Olah et al. 2017; Lucid, param/spatial.py: pixel_image',
  fields: { deviation: SPECTRUM_FIELDS.deviation, ...COLOUR_FIELDS },
  make({ deviation, ...colours }) {
    checkRange('unitPixels', colours.range);
    const variables = (shape: Shape) => [{ label: 'pixels', shape }];
    return {
      label: 'unitPixels',
      editable: false,
      variables,
      start: ({ mean }, seed) => [noise(seed, 'pixels', mean.length, deviation)],
      startFrom: (space, image) => [uncoloured(image, space, colours)],
      resize: (tensors, from, to) => resizedLevels(tensors, variables, from, to),
      image: (stage, [t], mean) => toNet(stage, coloursOf(stage, t, colours), mean),
    };
  },
});
