import { definePart } from '../parts/part.js';
import { borderField, moved, sample } from './moving.js';

interface Options {
  readonly low: number;
  readonly high: number;
}

const factor = {
  type: 'number',
  min: 0.05,
  max: 20,
  live: true,
  slider: { min: 0.5, max: 1.5, step: 0.01 },
} as const;

/** Features that hang on one size do not survive it. */
export const scale = definePart({
  kind: 'transform',
  name: 'scale',
  text: 'Enlarges each image about its centre by a random factor, anew at each step. Its size stays.',
  source: 'lucid, transform.py: random_scale',
  fields: {
    low: { ...factor, default: 0.9, text: 'least factor; below 1 things get smaller' },
    high: { ...factor, default: 1.1, text: 'greatest factor' },
    even: {
      type: 'choice',
      of: ['factor', 'logarithm'],
      default: 'factor',
      text: 'which of them is drawn evenly',
    },
    border: borderField('reflect'),
  },
  make: ({ low, high, even, border }) => ({
    label: `scale ${low} to ${high}`,
    border,
    sample,
    move: (stage, before, live) =>
      moved(stage, before, {
        low: live.number('least scale', 'f32', (o: Options) => o.low),
        high: live.number('greatest scale', 'f32', (o: Options) => o.high),
        log: even === 'logarithm',
      }),
  }),
});
