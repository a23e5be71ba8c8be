import { OptionError } from '../core/errors.js';
import { stepUp } from '../kernels/ascent/index.js';
import { binary } from '../kernels/binary/index.js';
import { sumRows } from '../kernels/reduction/rows.js';
import { totalVariationGradient } from '../kernels/totalVariation/index.js';
import { definePart } from '../parts/part.js';
import { length, overRows } from './lengths.js';

/** An even image has no variation, and its gradient stays zero. */
const LEAST_LENGTH = 1e-18;

/** Added to the squared slope of a pixel, of 255², so that it has a direction where there is nearly none. */
const SMOOTHING = 0.1;

interface Options {
  readonly ratio: number;
}

/** A term against variation whose share of the step is stated, whatever the sizes of the gradients. */
export const smooth = definePart({
  kind: 'update rule',
  name: 'smooth',
  text: 'After a direction of unit length: subtracts the gradient of the total variation, brought to a stated length.',
  source: 'total variation: Rudin et al. 1992, isotropic; Mahendran & Vedaldi 2015',
  fields: {
    ratio: {
      type: 'number',
      min: 0,
      default: 0.15,
      live: true,
      text: 'length of the term, where the direction has 1',
      label: 'total variation',
      slider: { min: 0, max: 0.6, step: 0.01 },
    },
  },
  make: ({ ratio }) => ({
    label: `smooth ${ratio}`,
    update(stage, { variable, gradient, rows }, live) {
      const { tape, space } = stage;
      if (!space || variable.shape.length !== 4) {
        throw new OptionError('optim', "'smooth' is for images whose pixels are the variables; take pixels");
      }
      const rough = tape.apply(totalVariationGradient, { x: variable }, { beta: 1, smoothing: SMOOTHING });
      const squared = tape.apply(sumRows, { a: rough, b: rough }, { kind: 'squares' });
      const least = tape.constant('least length', [1], Float32Array.of(LEAST_LENGTH));
      const unit = overRows(stage, rough, binary(tape, 'max', length(stage, squared), least));
      const rate = live.data('smooth', [rows], (o: Options) => new Float32Array(rows).fill(-o.ratio));
      return { direction: tape.apply(stepUp, { x: gradient, d: unit, rate }, {}) };
    },
  }),
});
