import { binary } from '../kernels/binary/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as reduce } from '../kernels/reduction/index.js';
import { definePart } from '../parts/part.js';
import { HOLE_FIELDS, holeOf, pictureOf } from '../scene/inpainted.js';
import { weighed, weightField } from './weighed.js';

/** What is around a hole says what belongs into it: the image is to be like the picture there. */
export const context = definePart({
  kind: 'regularizer',
  name: 'context',
  text: 'A penalty: half the squared difference to a given picture where a mask is black, in pixels from 0 to 255.',
  source: 'Nguyen et al. 2017 (PPGN) §4.4, ε₄; sampler.py: d_context',
  fields: { weight: weightField(1e-6), ...HOLE_FIELDS },
  make: ({ weight, ...hole }) => ({
    label: `context ${weight}`,
    penalty(scene, image, live, space) {
      const { tape } = scene;
      const open = holeOf(tape, hole, space);
      const around = pointwise(tape, open, 'power', { a: -1, b: 1 });
      const away = binary(tape, 'mul', binary(tape, 'sub', image, pictureOf(tape, hole, space)), around);
      const squares = tape.apply(reduce, { x: away }, { kind: 'sumSquare', axes: [1, 2, 3], keep: false, factor: 0.5 });
      return weighed(scene, squares, live, (o: { readonly weight: number }) => o.weight);
    },
  }),
});
