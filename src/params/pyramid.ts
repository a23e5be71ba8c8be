import { sizeBetween } from '../core/shape.js';
import { binary } from '../kernels/binary/index.js';
import { definePart } from '../parts/part.js';
import { COLOUR_FIELDS, checkRange, coloursOf } from './bounded.js';
import { toNet } from './colours.js';
import { noise, SPECTRUM_FIELDS } from './fourier.js';
import { enlarged, lowered, resizedLevels } from './levels.js';

/** Lucid's Laplacian pyramid. */
export const pyramid = definePart({
  kind: 'parameterization',
  name: 'pyramid',
  text: 'A Laplacian pyramid: a sum of images, each of half the resolution of the one before, enlarged.',
  source: 'Lucid, param/lowres.py: laplacian_pyramid',
  fields: {
    levels: { type: 'number', whole: true, min: 1, max: 12, default: 4, text: 'images of different resolution' },
    deviation: SPECTRUM_FIELDS.deviation,
    ...COLOUR_FIELDS,
  },
  make({ levels, deviation, ...colours }) {
    checkRange('pyramid', colours.range);
    const all = Array.from({ length: levels }, (_, n) => n);
    const variables = (shape: readonly number[]) =>
      all.map((n) => ({ label: `level ${n}`, shape: lowered(shape, 2 ** n) }));
    return {
      label: 'pyramid',
      editable: false,
      variables,
      start: ({ shape }, seed) =>
        variables([1, ...shape]).map((v) => noise(seed, v.label, sizeBetween(v.shape, 1), deviation)),
      resize: (tensors, from, to) => resizedLevels(tensors, variables, from, to),
      image(stage, tensors, mean) {
        const { tape, space } = stage;
        const [, H, W] = space.shape;
        const t = tensors.map((x) => enlarged(tape, x, [H, W])).reduce((a, b) => binary(tape, 'add', a, b));
        return toNet(stage, coloursOf(stage, t, colours), mean);
      },
    };
  },
});
