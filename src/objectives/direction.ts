import { OptionError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Tape, Value } from '../graph/tape.js';
import { definePart } from '../parts/part.js';
import { along, POWER } from './along.js';
import { mapsOf } from './maps.js';
import { once } from './once.js';

/** The field of a part that holds a direction. */
export const VECTOR = { type: 'numbers', text: 'one number for each channel' } as const;

/** A direction in the space of a layer's channels, at every place. */
export const direction = definePart({
  kind: 'objective',
  name: 'direction',
  text: 'How far the activations of a layer go in a direction, averaged over the map.',
  source: 'Olah et al. 2018; Carter et al. 2019; lucid objectives.direction: dot · max(0.1, cosine)^power',
  fields: { layer: { type: 'text', text: 'layer or blob' }, vector: VECTOR, power: POWER },
  make({ layer, vector, power }) {
    checkDirection('direction', vector);
    return {
      label: `a direction in ${layer}`,
      layers: [layer],
      aimed(scene) {
        const maps = once(scene, `maps of ${layer}`, () => mapsOf(scene, layer));
        checkChannels('direction', layer, maps, vector);
        return { maps, vector, power };
      },
      build(scene) {
        const maps = mapsOf(scene, layer);
        return along(scene.tape, maps, directionIn(scene.tape, 'direction', layer, maps, vector), power);
      },
    };
  },
});

/** @throws OptionError for a direction that points nowhere */
export function checkDirection(part: string, vector: readonly number[]): void {
  if (Math.hypot(...vector) === 0) throw new OptionError(`${part}.vector`, 'must not be zero, which points nowhere');
}

/** The direction as `[1, C, 1, …]`. @throws OptionError where the layer has another number of channels */
export function directionIn(tape: Tape, part: string, layer: string, maps: Value, vector: readonly number[]): Value {
  checkChannels(part, layer, maps, vector);
  const [, C, ...places] = maps.shape;
  return tape.constant('direction', [1, C, ...places.map(() => 1)], Float32Array.from(vector));
}

/** @throws OptionError where the layer has another number of channels */
export function checkChannels(part: string, layer: string, maps: Value, vector: readonly number[]): void {
  const [, C] = maps.shape;
  if (vector.length !== C) {
    throw new OptionError(
      `${part}.vector`,
      `needs ${C} numbers, one for each channel of '${layer}' ${formatShape(maps.shape)}, got ${vector.length}`,
    );
  }
}
