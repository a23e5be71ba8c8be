import { adamDirection, moment } from '../kernels/optimizer/index.js';
import { definePart } from '../parts/part.js';

interface Options {
  readonly lr: number;
}

/** ln β of a β that corrects nothing: e to the −100 is 0 beside 1. Adam’s direction is then g over the root. */
const UNCORRECTED = -100;

/** Each number moves about as far as each other, whatever the sizes of their gradients. */
export const rmsprop = definePart({
  kind: 'update rule',
  name: 'rmsprop',
  text: 'Goes along the gradient over the root of the running mean of its square.',
  source: 'Tieleman & Hinton 2012; torch.optim.RMSprop; tf-keras-vis: lr 1, alpha 0.999',
  fields: {
    lr: {
      type: 'number',
      min: 0,
      default: 0.01,
      live: true,
      text: 'learning rate',
      source: 'torch',
      slider: { min: -4, max: 2, step: 0.05, log: true },
    },
    alpha: { type: 'number', min: 0, below: 1, default: 0.99, text: 'share of the mean square that is kept' },
    epsilon: { type: 'number', above: 0, default: 1e-8, text: 'least root that is divided by' },
  },
  make: ({ lr, alpha, epsilon }) => ({
    label: `rmsprop ${lr}`,
    slots: (variable) => ({ square: variable }),
    update({ tape, step }, { variable: w, gradient: g, slots }) {
      const attrs = { beta: alpha, a: 1 - alpha, decay: 0, power: 2 } as const;
      const square = tape.apply(moment, { m: slots.square, g, w }, attrs);
      const direction = tape.apply(
        adamDirection,
        { m: g, v: square, w, step },
        { logBeta1: UNCORRECTED, logBeta2: UNCORRECTED, epsilon, decay: 0 },
      );
      return { direction, slots: { square } };
    },
    rate: (_, { rows }, live) => live.data('lr', [rows], (o: Options) => new Float32Array(rows).fill(o.lr)),
  }),
});
