import { decayed } from '../kernels/ascent/index.js';
import { definePart } from '../parts/part.js';

/** Pulls every pixel towards the mean image, so that few of them get extreme. */
export const decay = definePart({
  kind: 'regularizer',
  name: 'decay',
  text: 'L2 decay: the image is multiplied by 1 − amount after each step.',
  source: 'Yosinski et al. 2015, θ_decay',
  fields: {
    amount: {
      type: 'number',
      min: 0,
      max: 1,
      default: 0,
      live: true,
      text: 'L2 decay per step',
      label: 'L2 decay',
      source: 'θ_decay',
      slider: { min: -5, max: 0, step: 0.05, log: true },
    },
  },
  make: ({ amount }) => ({
    label: `decay ${amount}`,
    code: true,
    project({ tape }, { image }, live) {
      const share = live.number('decay', 'f32', (options: { readonly amount: number }) => options.amount);
      return tape.apply(decayed, { x: image }, { share });
    },
  }),
});
