import type { Value } from '../graph/tape.js';
import { variadic } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as concat } from '../kernels/concat/index.js';
import { op as slice } from '../kernels/slice/index.js';
import { definePart } from '../parts/part.js';
import { mapsOf, meanOfPlaces } from './maps.js';

/** How far apart in the batch images still pull on each other. lucid: 4. */
const REACH = 4;

/**
 * Neighbours of the batch made alike, as the pictures of an interpolation should be: the same things in the same places.
 *
 * Minus the mean squared difference of two images counts over decayᵈ for images d apart, half of it for each of the two. The images of a
 * batch hang on each other: none is what it would be alone, and alone it is 0.
 */
export const alignment = definePart({
  kind: 'objective',
  name: 'alignment',
  text: 'How alike images are that follow each other in the batch, in a layer; each image depends on its neighbours.',
  source: 'lucid objectives.alignment',
  fields: {
    layer: { type: 'text', text: 'layer or blob' },
    decay: {
      type: 'number',
      above: 0,
      default: 2,
      text: 'by how much less images count that are one further apart',
      source: 'lucid: decay_ratio',
    },
  },
  make({ layer, decay }) {
    return {
      label: `alignment in ${layer}`,
      layers: [layer],
      build(scene) {
        const { tape, batch: N } = scene;
        const maps = mapsOf(scene, layer);
        /** The images `by` places further on, and the first ones after the last. */
        const rolled = (x: Value, by: number): Value => {
          const part = (start: number, end: number) => tape.apply(slice, { x }, { axis: 0, start, end });
          return by === 0 ? x : tape.apply(concat, variadic([part(by, N), part(0, by)]), { axis: 0 });
        };
        const pairs = Array.from({ length: Math.min(REACH, N - 1) }, (_, i) => {
          const d = i + 1;
          const difference = binary(tape, 'sub', maps, rolled(maps, d));
          const squared = meanOfPlaces(tape, binary(tape, 'mul', difference, difference));
          const weights = Float32Array.from({ length: N }, (_row, n) => (n + d < N ? -0.5 / decay ** d : 0));
          const own = binary(tape, 'mul', squared, tape.constant(`pairs ${d} apart`, [N], weights));
          return binary(tape, 'add', own, rolled(own, N - d));
        });
        if (pairs.length > 0) return pairs.reduce((a, b) => binary(tape, 'add', a, b));
        // Of one image nothing is asked.
        return binary(tape, 'mul', meanOfPlaces(tape, maps), tape.constant('no pairs', [1], new Float32Array(1)));
      },
    };
  },
});
