import { definePart } from '../parts/part.js';

interface Options {
  readonly lr: number;
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
  },
  make: ({ lr }) => ({
    label: `sgd ${lr}`,
    rate: (_, { rows }, live) => live.data('lr', [rows], (o: Options) => new Float32Array(rows).fill(o.lr)),
  }),
});
