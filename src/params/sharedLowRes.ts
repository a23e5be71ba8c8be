import { sizeBetween } from '../core/shape.js';
import { binary } from '../kernels/binary/index.js';
import { halfOf } from '../kernels/fft/index.js';
import { op as slice } from '../kernels/slice/index.js';
import { definePart } from '../parts/part.js';
import { COLOUR_FIELDS, checkRange, coloursOf } from './bounded.js';
import { toNet } from './colours.js';
import { noise, planesOf, resizedCoefficients, SPECTRUM_FIELDS, sizeOf } from './fourier.js';
import { enlarged, lowered, resizedLevels } from './levels.js';

/**
 * Lucid's images that share their coarse parts. All images read the first one's coarse tensors, whose gradient is therefore the sum of
 * all; those of the others stay as they are. So an image depends on the rest of its batch, as nowhere else.
 */
export const sharedLowRes = definePart({
  kind: 'parameterization',
  name: 'sharedLowRes',
  text: 'Spectra as in fourier, plus coarse images that all images of the batch share, for batches that belong together.',
  // Lucid also has tensors that change from the first to the last image of a batch.
  source: 'Mordvintsev et al. 2018, Differentiable Image Parameterizations; Lucid, param/lowres.py: lowres_tensor',
  fields: {
    levels: {
      type: 'number',
      whole: true,
      min: 1,
      max: 12,
      default: 4,
      text: 'shared images, of ½, ¼ … of the resolution',
    },
    ...SPECTRUM_FIELDS,
    ...COLOUR_FIELDS,
  },
  make({ levels, decay, deviation, ...colours }) {
    checkRange('sharedLowRes', colours.range);
    const all = Array.from({ length: levels }, (_, n) => 2 ** (n + 1));
    const variables = (shape: readonly number[]) => {
      const [N, C, H, W] = shape;
      const own = { label: 'spectrum', shape: [N, C, H, halfOf(W), 2] };
      return [own, ...all.map((k) => ({ label: `shared 1/${k}`, shape: lowered(shape, k) }))];
    };
    return {
      label: 'shared low resolutions',
      editable: false,
      variables,
      start: ({ shape }, seed) =>
        variables([1, ...shape]).map((v) => noise(seed, v.label, sizeBetween(v.shape, 1), deviation)),
      resize: ([spectrum, ...shared], from, to) => [
        resizedCoefficients(spectrum, sizeOf(from), sizeOf(to), decay),
        ...resizedLevels(shared, (shape) => variables(shape).slice(1), from, to),
      ],
      image(stage, [spectrum, ...shared], mean) {
        const { tape, space } = stage;
        const [, H, W] = space.shape;
        const t = shared
          .map((x) => enlarged(tape, tape.apply(slice, { x }, { axis: 0, start: 0, end: 1 }), [H, W]))
          .reduce((a, b) => binary(tape, 'add', a, b));
        const planes = binary(tape, 'add', planesOf(stage, spectrum, decay), t);
        return toNet(stage, coloursOf(stage, planes, colours), mean);
      },
    };
  },
});
