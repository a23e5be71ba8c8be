import { binary } from '../kernels/binary/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { definePart } from '../parts/part.js';
import { overRows } from './lengths.js';

/** A gradient of zero stays so. */
const LEAST_MEAN = 1e-30;

/** As `unitLength`, by the mean of |g| instead of the root of Σg²: sgd's rate is then how far a number moves on average. */
export const meanLength = definePart({
  kind: 'update rule',
  name: 'meanLength',
  text: 'Divides each image’s gradient by the mean size of its numbers: g / mean |g|; of several variables each by its own.',
  source: 'Mordvintsev et al. 2015, the deepdream notebook; Nguyen et al. 2016 (MFV)',
  fields: {},
  make: () => ({
    label: 'mean length',
    update(stage, { gradient, rows }) {
      const { tape } = stage;
      const flat = tape.apply(reshape, { x: gradient }, { shape: [rows, -1] });
      const sums = tape.apply(
        reduction,
        { x: flat },
        { kind: 'l1', axes: [1], keep: false, factor: 1 / flat.shape[1] },
      );
      const least = tape.constant('least mean', [1], Float32Array.of(LEAST_MEAN));
      const means = binary(tape, 'max', sums, least);
      const own = gradient.shape[0] === rows ? gradient : flat;
      const direction = overRows(stage, own, means);
      return {
        direction: own === gradient ? direction : tape.apply(reshape, { x: direction }, { shape: gradient.shape }),
      };
    },
  }),
});
