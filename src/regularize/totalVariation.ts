import { totalVariation as op } from '../kernels/totalVariation/index.js';
import { definePart } from '../parts/part.js';
import { WHITE } from '../scene/space.js';
import { weighed, weightField } from './weighed.js';

interface Options {
  readonly weight: number;
  readonly beta: number;
  readonly smoothing: number;
}

/** Even surfaces with few edges cost little, and noise costs much. */
export const totalVariation = definePart({
  kind: 'regularizer',
  name: 'totalVariation',
  text: 'A penalty: Σ (dx² + dy² + smoothing)^(β/2) over the differences of neighbouring pixels from 0 to 1.',
  source: 'Mahendran & Vedaldi 2015, eq. 3; invert_nn.m: differences forward, 0 in the last column and row',
  fields: {
    weight: weightField(4e-4),
    beta: {
      type: 'number',
      above: 0,
      max: 4,
      default: 1,
      live: true,
      text: 'β: 1 keeps edges sharp, 2 makes them soft',
      slider: { min: 0.5, max: 3, step: 0.05 },
    },
    smoothing: {
      type: 'number',
      above: 0,
      default: 1e-5,
      live: true,
      text: 'added to each squared difference, so that an even place has a gradient',
      slider: { min: -7, max: -1, step: 0.05, log: true },
    },
    over: {
      type: 'choice',
      of: ['sum', 'mean'],
      default: 'sum',
      text: 'the sum over all numbers of an image, or their mean, which does not depend on its size',
    },
  },
  make: ({ weight, over }) => ({
    label: `total variation ${weight}`,
    penalty(scene, image, live) {
      const [, C, H, W] = image.shape;
      const count = over === 'mean' ? C * H * W : 1;
      const variation = scene.tape.apply(
        op,
        { x: image },
        {
          beta: live.number('beta', 'f32', (o: Options) => o.beta),
          smoothing: live.number('smoothing', 'f32', (o: Options) => o.smoothing * WHITE ** 2),
        },
      );
      return weighed(scene, variation, live, (o: Options) => o.weight / WHITE ** o.beta / count);
    },
  }),
});
