import { adamDirection, moment } from '../kernels/optimizer/index.js';
import { definePart } from '../parts/part.js';

interface Options {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

/** Adam, and AdamW where there is weight decay. It counts the steps on the device, so that many of them are one submit. */
export const adam = definePart({
  kind: 'update rule',
  name: 'adam',
  text: 'Goes along the running mean of the gradient over the root of that of its square, each corrected for its start at zero.',
  source: 'Kingma & Ba 2015, algorithm 1; weight decay: Loshchilov & Hutter 2019, algorithm 2',
  fields: {
    lr: {
      type: 'number',
      min: 0,
      default: 0.05,
      live: true,
      text: 'learning rate: about how far each number moves in a step',
      source: 'lucid: 0.05, for images in Fourier space',
      slider: { min: -4, max: 2, step: 0.05, log: true },
    },
    beta1: { type: 'number', min: 0, below: 1, default: 0.9, text: 'share of the mean gradient that is kept' },
    beta2: { type: 'number', min: 0, below: 1, default: 0.999, text: 'share of the mean square that is kept' },
    epsilon: { type: 'number', above: 0, default: 1e-8, text: 'least root that is divided by' },
    weightDecay: {
      type: 'number',
      min: 0,
      default: 0,
      live: true,
      text: 'times lr, the share of x that each step takes away',
    },
  },
  make: ({ lr }) => ({
    label: `adam ${lr}`,
    slots: (variable) => ({ 'moment 1': variable, 'moment 2': variable }),
    update({ tape, step }, { variable: w, gradient: g, slots }, live) {
      const number = (label: string, of: (o: Options) => number) => live.number(label, 'f32', of);
      const m = tape.apply(
        moment,
        { m: slots['moment 1'], g, w },
        { beta: number('beta1', (o) => o.beta1), a: number('1 − beta1', (o) => 1 - o.beta1), decay: 0, power: 1 },
      );
      const v = tape.apply(
        moment,
        { m: slots['moment 2'], g, w },
        { beta: number('beta2', (o) => o.beta2), a: number('1 − beta2', (o) => 1 - o.beta2), decay: 0, power: 2 },
      );
      const direction = tape.apply(
        adamDirection,
        { m, v, w, step },
        {
          logBeta1: number('log beta1', (o) => logarithm(o.beta1)),
          logBeta2: number('log beta2', (o) => logarithm(o.beta2)),
          epsilon: number('epsilon', (o) => o.epsilon),
          decay: number('weight decay', (o) => o.weightDecay),
        },
      );
      return { direction, slots: { 'moment 1': m, 'moment 2': v } };
    },
    rate: (_, { rows }, live) => live.data('lr', [rows], (o: Options) => new Float32Array(rows).fill(o.lr)),
  }),
});

/** ln β, but finite for 0: e to the −100 is 0 beside 1. */
const logarithm = (beta: number): number => Math.max(Math.log(beta), -100);
