import { OptionError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import { binary } from '../kernels/binary/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { scaleChannels } from '../kernels/scale/index.js';
import { definePart } from '../parts/part.js';
import { mapsOf, meanOfPlaces } from './maps.js';

/** Below this cosine an activation counts as if it had it, so that one that points away still has a gradient. lucid: 0.1. */
const LEAST_COSINE = 0.1;
/** Keeps the length of an activation that is zero from dividing by zero. */
const TINY = 1e-12;

/** A direction in the space of a layer's channels, at every place. */
export const direction = definePart({
  kind: 'objective',
  name: 'direction',
  text: 'How far the activations of a layer go in a direction, averaged over the map.',
  source: 'Olah et al. 2018; Carter et al. 2019; lucid objectives.direction: dot · max(0.1, cosine)^power',
  fields: {
    layer: { type: 'text', text: 'layer or blob' },
    vector: { type: 'numbers', text: 'one number for each channel' },
    power: {
      type: 'number',
      min: 0,
      default: 0,
      text: 'power of the cosine that the product is weighed with; 0 is the product alone',
    },
  },
  make({ layer, vector, power }) {
    const length = Math.hypot(...vector);
    if (length === 0) throw new OptionError('direction.vector', 'must not be zero, which points nowhere');
    return {
      label: `a direction in ${layer}`,
      layers: [layer],
      build(scene) {
        const { tape } = scene;
        const maps = mapsOf(scene, layer);
        if (vector.length !== maps.shape[1]) {
          throw new OptionError(
            'direction.vector',
            `needs ${maps.shape[1]} numbers, one for each channel of '${layer}' ${formatShape(maps.shape)}, got ${vector.length}`,
          );
        }
        const factor = tape.constant('direction', [vector.length], Float32Array.from(vector));
        const along = tape.apply(scaleChannels, { x: maps, factor }, {});
        const dot = tape.apply(reduction, { x: along }, { kind: 'sum', axes: [1], keep: true });
        if (power === 0) return meanOfPlaces(tape, dot);
        const squares = tape.apply(reduction, { x: maps }, { kind: 'sumSquare', axes: [1], keep: true });
        // (|a|² + tiny)^-½ / |v|, as (a·x + b) to the power c.
        const inverse = pointwise(tape, squares, 'power', { a: length * length, b: TINY, c: -0.5 });
        const cosine = pointwise(tape, binary(tape, 'mul', dot, inverse), 'clip', { a: LEAST_COSINE, b: 1 });
        return meanOfPlaces(tape, binary(tape, 'mul', dot, pointwise(tape, cosine, 'power', { a: 1, b: 0, c: power })));
      },
    };
  },
});
