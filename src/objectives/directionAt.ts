import { focus } from '../autodiff/focus.js';
import { op as slice } from '../kernels/slice/index.js';
import { definePart } from '../parts/part.js';
import { locateUnit } from '../scene/unit.js';
import { along, POWER } from './along.js';
import { checkDirection, directionIn, VECTOR } from './direction.js';
import { mapsOf, placeIn } from './maps.js';

/** What one place of an image says in a layer, made into an image: the icons of activation grids and atlases. */
export const directionAt = definePart({
  kind: 'objective',
  name: 'directionAt',
  text: 'How far the activations of a layer go in a direction at one place of its map.',
  source: 'Olah et al. 2018, activation grids; lucid objectives.direction_neuron',
  fields: {
    layer: { type: 'text', text: 'layer or blob' },
    vector: VECTOR,
    at: {
      type: 'numbers',
      length: 2,
      optional: true,
      text: 'row and column in the map; its centre unless they are given',
    },
    power: POWER,
  },
  make({ layer, vector, at, power }) {
    checkDirection('directionAt', vector);
    const place = at && placeIn('directionAt', at);
    return {
      label: `a direction in ${layer} at ${place?.join() ?? 'the centre'}`,
      layers: [layer],
      build(scene) {
        const { tape } = scene;
        const maps = mapsOf(scene, layer);
        const { at: found } = locateUnit({ layer, channel: 0, ...(place && { at: place }) }, maps.shape);
        const [top, left] = found;
        const shown =
          maps.shape.length === 4
            ? focus(tape, maps, { top, left, bottom: top + 1, right: left + 1 })
            : maps.shape.length === 3
              ? tape.apply(slice, { x: maps }, { axis: 2, start: top, end: top + 1 })
              : maps;
        return along(tape, shown, directionIn(tape, 'directionAt', layer, maps, vector), power);
      },
    };
  },
});
