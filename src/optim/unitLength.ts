import { binary } from '../kernels/binary/index.js';
import { definePart } from '../parts/part.js';
import { length, overRows } from './lengths.js';

/** A gradient of zero stays so, and so does one whose Σg² is too small for f32, which begins at 1e-38. */
const LEAST_LENGTH = 1e-18;

/** After it, sgd's rate is the length of the step, whatever the size of the gradient. */
export const unitLength = definePart({
  kind: 'update rule',
  name: 'unitLength',
  text: 'Gives each image’s gradient, of all variables together, the length 1: g / ‖g‖.',
  source: 'normalized gradient ascent; DeepDream (Mordvintsev et al. 2015) divides by the mean of |g| instead',
  fields: {},
  make: () => ({
    label: 'unit length',
    update(stage, { gradient, squaredNorm }) {
      const least = stage.tape.constant('least length', [1], Float32Array.of(LEAST_LENGTH));
      return { direction: overRows(stage, gradient, binary(stage.tape, 'max', length(stage, squaredNorm()), least)) };
    },
  }),
});
