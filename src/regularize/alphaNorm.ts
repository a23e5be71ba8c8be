import { pointwise } from '../kernels/pointwise/index.js';
import { op as reduce } from '../kernels/reduction/index.js';
import { definePart } from '../parts/part.js';
import { WHITE } from '../scene/space.js';
import { weighed, weightField } from './weighed.js';

/** With a large α it costs next to nothing within the range of pictures, and soon very much beyond it. */
export const alphaNorm = definePart({
  kind: 'regularizer',
  name: 'alphaNorm',
  text: 'A penalty: Σ |x|^α over all numbers of the image, as shares of 255 about the mean.',
  source: 'Mahendran & Vedaldi 2015, eq. 2; α = 6 as in invert_nn.m. α = 2 is Simonyan et al. 2014',
  fields: {
    weight: weightField(0.01),
    alpha: { type: 'number', min: 1, max: 12, default: 6, text: 'α' },
  },
  make: ({ weight, alpha }) => ({
    label: `α-norm ${weight}`,
    penalty(scene, image, live) {
      const { tape } = scene;
      const powers = pointwise(tape, pointwise(tape, image, 'abs'), 'power', { a: 1 / WHITE, c: alpha });
      const sum = tape.apply(reduce, { x: powers }, { kind: 'sum', axes: [1, 2, 3], keep: false });
      return weighed(scene, sum, live, (o: { readonly weight: number }) => o.weight);
    },
  }),
});
