import { op as times } from '../kernels/scale/index.js';
import { definePart } from '../parts/part.js';

interface Options {
  readonly by: number;
}

/** Beside rules that add terms of their own, the gradient needs a weight. */
export const weigh = definePart({
  kind: 'update rule',
  name: 'weigh',
  text: 'Multiplies the gradient by a number, beside what later rules add to it.',
  source: 'Nguyen et al. 2017 (PPGN) eq. 11, ε₂',
  fields: {
    by: {
      type: 'number',
      min: 0,
      default: 1,
      live: true,
      text: 'the factor',
      slider: { min: -4, max: 2, step: 0.05, log: true },
    },
  },
  make: ({ by }) => ({
    label: `weigh ${by}`,
    update({ tape }, { gradient }, live) {
      const factor = live.number('by', 'f32', (o: Options) => o.by);
      return { direction: tape.apply(times, { x: gradient }, { factor, shift: 0 }) };
    },
  }),
});
