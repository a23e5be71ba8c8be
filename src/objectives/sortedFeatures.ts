import { grad } from '../autodiff/grad.js';
import { OptionError } from '../core/errors.js';
import { formatShape, sizeBetween, sizeOf } from '../core/shape.js';
import type { Tape, Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { op as detach } from '../kernels/detach/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as reduction } from '../kernels/reduction/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { op as topK } from '../kernels/topK/index.js';
import { definePart } from '../parts/part.js';
import type { Scene } from '../scene/openNet.js';
import { parseUnit } from '../scene/unit.js';
import { channelOf, mapsOf, meanOfPlaces } from './maps.js';

/** Keeps a map that is the same everywhere from dividing by zero. VITAL: 1e-6. */
const TINY = 1e-6;

/**
 * VITAL: each channel of a layer is to have the values that it has in real pictures, wherever they are. −mean (sort(y) − target)², over channels
 * and places, where y are the channel's values `[N, C, P]` and the target the mean of those of the pictures, sorted too.
 *
 * With `unit`, y = norm01(R)·a: only what matters to that channel counts. R is the activation times its gradient, which is the ε-LRP of a net of
 * ReLUs without biases; VITAL has LRP rules of its own. norm01 is over the places of a channel. Channels are weighed with norm01 over the channels
 * of their greatest R in the pictures. Gradients do not go through R, as there.
 *
 * The pictures go through the net once, as one batch, when the run is compiled: 50 of them take the memory of 50 images.
 * Places are ordered by counting: the time grows with their square, and 28×28 is quick.
 */
export const sortedFeatures = definePart({
  kind: 'objective',
  name: 'sortedFeatures',
  text: 'How near the values of each channel of a layer are to those in given pictures, wherever in the map they are.',
  source: 'Gorgun et al. 2025 (VITAL), sort matching; its code: class_fvis/utils',
  fields: {
    layer: { type: 'text', text: 'layer or blob' },
    pictures: { type: 'text', text: 'the pictures, by the name under which the run is given them (references)' },
    unit: {
      type: 'text',
      optional: true,
      text: 'layer:channel behind the layer: values count by their relevance for it',
    },
  },
  make({ layer, pictures, unit }) {
    const address = unit === undefined ? undefined : parseUnit(unit);
    if (address?.at) throw new OptionError('sortedFeatures.unit', `is a whole channel, layer:channel, got '${unit}'`);
    /** The layer's values `[N, C, P]`, and how relevant they are for the unit. */
    const valuesIn = (scene: Scene) => {
      const { tape } = scene;
      const maps = mapsOf(scene, layer);
      const [N, C] = maps.shape;
      const rows = (x: Value) => tape.apply(reshape, { x }, { shape: [N, C, sizeBetween(maps.shape, 2)] });
      if (!address) return { values: rows(maps), relevance: undefined };
      if (sizeBetween(maps.shape, 2) === 1) {
        const rule = `needs a layer with maps, '${layer}' is ${formatShape(maps.shape)}; leave it out`;
        throw new OptionError('sortedFeatures.unit', rule);
      }
      const from = channelOf(scene, address.layer, address.channel);
      const seed = tape.constant('seed', from.shape, new Float32Array(sizeOf(from.shape)).fill(1));
      const [gradient] = grad(tape, from, [maps], { seed });
      const relevance = tape.apply(detach, { x: rows(binary(tape, 'mul', maps, gradient)) }, {});
      return { values: binary(tape, 'mul', rows(maps), norm01(tape, relevance, 2)), relevance };
    };
    return {
      label: `${layer} with the values of ${pictures}`,
      layers: [layer],
      build(scene) {
        const { tape } = scene;
        const real = valuesIn(scene.reference(pictures));
        const mean = (x: Value) => tape.apply(reduction, { x }, { kind: 'mean', axes: [0], keep: true });
        const difference = binary(tape, 'sub', sorted(tape, valuesIn(scene).values), mean(sorted(tape, real.values)));
        const squared = binary(tape, 'mul', difference, difference);
        if (!real.relevance) return pointwise(tape, meanOfPlaces(tape, squared), 'neg');
        const most = tape.apply(reduction, { x: real.relevance }, { kind: 'max', axes: [2], keep: true });
        const weighed = binary(tape, 'mul', squared, mean(norm01(tape, most, 1)));
        return pointwise(tape, meanOfPlaces(tape, weighed), 'neg');
      },
    };
  },
});

/** `[N, C, P]`, each channel's values from the least to the greatest. */
const sorted = (tape: Tape, x: Value): Value =>
  tape.apply(topK, { x }, { axis: 2, k: x.shape[2], least: true, output: 'values' });

/** From 0 to about 1 along an axis: (x − min) / (max − min + tiny). */
function norm01(tape: Tape, x: Value, axis: number): Value {
  const end = (of: Value, kind: 'min' | 'max') => tape.apply(reduction, { x: of }, { kind, axes: [axis], keep: true });
  const above = binary(tape, 'sub', x, end(x, 'min'));
  return binary(tape, 'div', above, pointwise(tape, end(above, 'max'), 'power', { b: TINY }));
}
