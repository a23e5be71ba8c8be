import { focus } from '../autodiff/focus.js';
import type { Value } from '../graph/tape.js';
import { op as slice } from '../kernels/slice/index.js';
import { definePart } from '../parts/part.js';
import type { Scene } from '../scene/openNet.js';
import { locateUnit } from '../scene/unit.js';
import { along, POWER } from './along.js';
import { checkChannels, checkDirection, directionIn, VECTOR } from './direction.js';
import { mapsOf, placeIn } from './maps.js';
import { once } from './once.js';

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
    const where = place?.join() ?? 'the centre';
    /** The activations at the place, `[N, C, …]`. */
    const shownIn = (scene: Scene): Value => {
      const { tape } = scene;
      const maps = mapsOf(scene, layer);
      const { at: found } = locateUnit({ layer, channel: 0, ...(place && { at: place }) }, maps.shape);
      const [top, left] = found;
      if (maps.shape.length === 4) return focus(tape, maps, { top, left, bottom: top + 1, right: left + 1 });
      if (maps.shape.length === 3) return tape.apply(slice, { x: maps }, { axis: 2, start: top, end: top + 1 });
      return maps;
    };
    return {
      label: `a direction in ${layer} at ${where}`,
      layers: [layer],
      aimed(scene) {
        const maps = once(scene, `place of ${layer} at ${where}`, () => shownIn(scene));
        checkChannels('directionAt', layer, maps, vector);
        return { maps, vector, power };
      },
      build(scene) {
        const shown = shownIn(scene);
        return along(scene.tape, shown, directionIn(scene.tape, 'directionAt', layer, shown, vector), power);
      },
    };
  },
});
