import { stepUp } from '../kernels/ascent/index.js';
import { definePart } from '../parts/part.js';

interface Options {
  readonly deviation: number;
}

/** Noise makes an ascent a sampler: the chain does not end at the most probable image, but goes on from one to the next. */
export const langevin = definePart({
  kind: 'update rule',
  name: 'langevin',
  text: 'Adds normal noise to the direction, other numbers at each step: g + N(0, deviation²).',
  source: 'Welling & Teh 2011; Nguyen et al. 2017 (PPGN) eq. 5, ε₃',
  fields: {
    deviation: {
      type: 'number',
      min: 0,
      default: 1e-2,
      live: true,
      text: 'ε₃: standard deviation of the noise',
      slider: { min: -6, max: 0, step: 0.05, log: true },
    },
  },
  make: ({ deviation }) => ({
    label: `noise ${deviation}`,
    restless: true,
    update({ tape, random }, { gradient }, live) {
      const rate = live.data('deviation', [1], (o: Options) => Float32Array.of(o.deviation));
      return { direction: tape.apply(stepUp, { x: gradient, d: random.normal(gradient.shape.slice(1)), rate }, {}) };
    },
  }),
});
