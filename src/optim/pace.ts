import { OptionError } from '../core/errors.js';
import { fallingRate } from '../kernels/ascent/index.js';
import { definePart } from '../parts/part.js';
import { WHITE } from '../scene/space.js';

interface Options {
  readonly rms: number;
  readonly fall: number;
}

/** After a direction of unit length: steps of a stated length, whatever the size of the image. */
export const pace = definePart({
  kind: 'update rule',
  name: 'pace',
  text: 'Goes along a direction of unit length by a length that is stated per number of the image, and falls linearly to the last step.',
  source: 'normalized gradient ascent; the length grows as the root of the number of values',
  fields: {
    rms: {
      type: 'number',
      min: 0,
      default: 0.0063,
      live: true,
      text: 'root mean square of the first step, for pixels from 0 to 1',
      label: 'step',
      slider: { min: -3.5, max: -1, step: 0.05, log: true },
    },
    fall: {
      type: 'number',
      min: 0,
      max: 1,
      default: 0.8,
      live: true,
      text: 'share of it that is gone after the last step',
      label: 'fall of the step',
      slider: { min: 0, max: 1, step: 0.05 },
    },
  },
  make: ({ rms }) => ({
    label: `pace ${rms}`,
    rate({ tape, step, last, space }, { rows }, live) {
      if (!space || last === undefined) throw new OptionError('optim', "'pace' is for images; take sgd or adam");
      const length = WHITE * Math.sqrt(space.shape.reduce((a, b) => a * b, 1));
      const rate = live.number('pace', 'f32', (o: Options) => o.rms * length);
      const fall = live.number('fall', 'f32', (o: Options) => o.fall);
      return tape.apply(fallingRate, { step }, { rows, rate, fall, last });
    },
  }),
});
