import type { Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { definePart } from '../parts/part.js';
import { mapsOfPicture, PICTURE } from './along.js';
import { mapsOf } from './maps.js';

/** What a layer keeps of a picture: another image with the same activations. */
export const match = definePart({
  kind: 'objective',
  name: 'match',
  text: 'How near the activations of a layer are to those of a picture: −‖a − t‖² / ‖t‖², 0 at most.',
  source: 'Mahendran & Vedaldi 2015, eq. 2: inversion',
  fields: { layer: { type: 'text', text: 'layer or blob' }, picture: PICTURE },
  make: ({ layer, picture }) => ({
    label: `${layer} as in ${picture}`,
    layers: [layer],
    build(scene) {
      const { tape } = scene;
      const target = mapsOfPicture(scene, picture, layer);
      const squares = (x: Value) => {
        const axes = x.shape.slice(1).map((_, i) => i + 1);
        return tape.apply(reduction, { x: binary(tape, 'mul', x, x) }, { kind: 'sum', axes, keep: false });
      };
      const difference = binary(tape, 'sub', mapsOf(scene, layer), target);
      return binary(tape, 'div', pointwise(tape, squares(difference), 'neg'), squares(target));
    },
  }),
});
