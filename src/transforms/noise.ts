import { op } from '../kernels/noise/index.js';
import { definePart } from '../parts/part.js';
import { WHITE } from '../scene/space.js';

interface Options {
  readonly normal: number;
  readonly uniform: number;
}

const amount = {
  type: 'number',
  min: 0,
  max: 1,
  live: true,
  slider: { min: 0, max: 0.3, step: 0.005 },
} as const;

/** What is fainter than the noise is no help to a unit. */
export const noise = definePart({
  kind: 'transform',
  name: 'noise',
  text: 'Adds noise to each image, new at each step: the sum of a normal and a uniform part.',
  source: 'Fel et al. 2023 (MaCo); the defaults are those of xplique. As Horama: normal 0.05, uniform 0.025',
  fields: {
    normal: { ...amount, default: 0.08, text: 'standard deviation, as a share of a pixel’s range of 255' },
    uniform: { ...amount, default: 0.04, text: 'half the range of the uniform part, as a share of 255' },
  },
  make: ({ normal, uniform }) => ({
    label: `noise ${normal} + ${uniform}`,
    apply({ tape, random }, image, live) {
      const shape = image.shape.slice(1);
      return tape.apply(
        op,
        { x: image, normal: random.normal(shape), uniform: random.uniform(shape) },
        {
          deviation: live.number('normal noise', 'f32', (o: Options) => o.normal * WHITE),
          reach: live.number('uniform noise', 'f32', (o: Options) => o.uniform * WHITE),
        },
      );
    },
  }),
});
