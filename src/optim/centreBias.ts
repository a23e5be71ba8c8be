import { OptionError } from '../core/errors.js';
import { op as frame } from '../kernels/frame/index.js';
import { definePart } from '../parts/part.js';

/** One thing in the middle, and no repetitions of it around. Before rules that measure the gradient, such as unitLength. */
export const centreBias = definePart({
  kind: 'update rule',
  name: 'centreBias',
  text: 'Lets only pixels change that are at least a margin away from the border.',
  source: 'Nguyen et al. 2016 (MFV), act_max.tvd.center.py: mask',
  fields: {
    margin: {
      type: 'number',
      whole: true,
      min: 0,
      max: 65_535,
      default: 50,
      unit: 'px',
      live: true,
      text: 'width of the frame that stays as it is',
      slider: { min: 0, max: 100, step: 1 },
    },
  },
  make: ({ margin }) => ({
    label: `centre bias ${margin}`,
    update({ tape, space }, { variable, gradient }, live) {
      if (!space || variable.shape.length !== 4 || variable.shape.slice(1).join() !== space.shape.join()) {
        throw new OptionError('optim', "'centreBias' is for images whose pixels are the variables; take pixels");
      }
      const width = live.number('margin', 'u32', (o: { readonly margin: number }) => o.margin);
      return { direction: tape.apply(frame, { x: gradient }, { margin: width }) };
    },
  }),
});
