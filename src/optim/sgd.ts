import { OptionError } from '../core/errors.js';
import { fallingRate } from '../kernels/ascent/index.js';
import { definePart } from '../parts/part.js';

interface Options {
  readonly lr: number;
  readonly lastLr?: number;
}

/** Stochastic gradient descent, upwards: along the direction that the rules before it give, at a rate that is told. */
export const sgd = definePart({
  kind: 'update rule',
  name: 'sgd',
  text: 'Goes along the gradient, or what the rules before made of it, at one rate: x + lr·g.',
  source: 'torch.optim.SGD without momentum',
  fields: {
    lr: {
      type: 'number',
      min: 0,
      default: 1,
      live: true,
      text: 'learning rate',
      slider: { min: -4, max: 4, step: 0.05, log: true },
    },
    lastLr: {
      type: 'number',
      min: 0,
      optional: true,
      text: 'the rate after the last step; in between it changes by the same amount at each step. By default it stays',
    },
  },
  make: ({ lr, lastLr }) => ({
    label: `sgd ${lr}`,
    rate({ tape, step, last }, { rows }, live) {
      if (lastLr === undefined) return live.data('lr', [rows], (o: Options) => new Float32Array(rows).fill(o.lr));
      if (last === undefined) throw new OptionError('sgd.lastLr', 'is for a loop with a last step; leave it out');
      // A rate of zero has nothing to fall from.
      const fall = lr === 0 ? 0 : 1 - lastLr / lr;
      const rate = live.number('lr', 'f32', (o: Options) => o.lr);
      return tape.apply(fallingRate, { step }, { rows, rate, fall, last });
    },
  }),
});
