import { definePart } from '../parts/part.js';
import { borderField, moved, sample } from './moving.js';

/** Features that hang on one orientation do not survive it. */
export const rotate = definePart({
  kind: 'transform',
  name: 'rotate',
  text: 'Turns each image about its centre by a random angle, anew at each step.',
  source: 'lucid, transform.py: random_rotate',
  fields: {
    angle: {
      type: 'number',
      min: 0,
      max: 180,
      default: 10,
      unit: '°',
      live: true,
      text: 'degrees in each direction, at most',
      slider: { min: 0, max: 45, step: 0.5 },
    },
    border: borderField('reflect'),
  },
  make: ({ angle, border }) => ({
    label: `rotate ${angle}°`,
    border,
    sample,
    move: (stage, before, live) =>
      moved(stage, before, { angle: live.number('angle', 'f32', (o: { readonly angle: number }) => o.angle) }),
  }),
});
