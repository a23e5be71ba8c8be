import { f32 } from '../core/shape.js';
import { moment, nadamCorrection, nadamDirection } from '../kernels/optimizer/index.js';
import { definePart } from '../parts/part.js';

interface Options {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly momentumDecay: number;
}

/** Adam that takes the momentum of the next step already in this one, as Nesterov does. MaCo moves phases with it. */
export const nadam = definePart({
  kind: 'update rule',
  name: 'nadam',
  text: 'As Adam, but its mean gradient is the one that the next step would have: Nesterov’s momentum.',
  source: 'Dozat 2016, algorithm 2; torch.optim.NAdam',
  fields: {
    lr: {
      type: 'number',
      min: 0,
      default: 1,
      live: true,
      text: 'learning rate: about how far each number moves in a step',
      source: 'MaCo (Fel et al. 2023), in xplique and Horama; torch: 0.002',
      slider: { min: -4, max: 2, step: 0.05, log: true },
    },
    beta1: { type: 'number', min: 0, below: 1, default: 0.9, text: 'share of the mean gradient that is kept' },
    beta2: { type: 'number', above: 0, below: 1, default: 0.999, text: 'share of the mean square that is kept' },
    epsilon: { type: 'number', above: 0, default: 1e-8, text: 'least root that is divided by' },
    momentumDecay: {
      type: 'number',
      min: 0,
      default: 0.004,
      text: 'ψ: how fast the momentum rises, β₁·(1 − ½·0.96^(t·ψ))',
      source: 'torch.optim.NAdam',
    },
  },
  make: ({ lr, beta1, beta2, epsilon, momentumDecay }) => ({
    label: `nadam ${lr}`,
    slots: (variable) => ({ 'moment 1': variable, 'moment 2': variable, correction: f32(variable.shape[0]) }),
    update({ tape, step }, { variable: w, gradient: g, slots }) {
      const kept = (slot: string, beta: number, power: 1 | 2) =>
        tape.apply(moment, { m: slots[slot], g, w }, { beta, a: 1 - beta, decay: 0, power });
      const [m, v] = [kept('moment 1', beta1, 1), kept('moment 2', beta2, 2)];
      const correction = tape.apply(
        nadamCorrection,
        { x: slots.correction, step },
        { beta: beta1, decay: momentumDecay },
      );
      const attrs = { beta1, momentumDecay, logBeta2: Math.log(beta2), epsilon };
      const direction = tape.apply(nadamDirection, { g, m, v, correction, step }, attrs);
      return { direction, slots: { 'moment 1': m, 'moment 2': v, correction } };
    },
    rate: (_, { rows }, live) => live.data('lr', [rows], (o: Options) => new Float32Array(rows).fill(o.lr)),
  }),
});
