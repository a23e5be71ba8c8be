import { focus } from '../autodiff/focus.js';
import type { Value } from '../graph/tape.js';
import { op as slice } from '../kernels/slice/index.js';
import { definePart } from '../parts/part.js';
import type { Scene } from '../scene/openNet.js';
import { locateUnit } from '../scene/unit.js';
import { mapsOf, meanOfMaps, meanOfPlaces, placeIn } from './maps.js';
import { once } from './once.js';

/** Between `neuron` and `channel`: a feature with some room around it, from the part of the net that sees it. */
export const patch = definePart({
  kind: 'objective',
  name: 'patch',
  text: 'The mean activation of a channel over a few places around one.',
  source: 'as Lucent objectives.localgroup_weight, for one channel',
  fields: {
    layer: { type: 'text', text: 'layer or blob' },
    channel: { type: 'number', whole: true, min: 0, text: 'channel of the layer, from 0' },
    size: {
      type: 'number',
      whole: true,
      min: 1,
      default: 3,
      unit: 'places',
      text: 'side of the square; places outside the map do not count, so that of a layer without maps it is the unit',
    },
    at: {
      type: 'numbers',
      length: 2,
      optional: true,
      text: 'row and column in the map; its centre unless they are given',
    },
  },
  make({ layer, channel, size, at }) {
    const place = at && placeIn('patch', at);
    /** The places of all channels, `[N, C, …]`. */
    const shownIn = (scene: Scene): Value => {
      const { tape } = scene;
      const maps = mapsOf(scene, layer);
      const unit = locateUnit({ layer, channel, ...(place && { at: place }) }, maps.shape);
      const [[top, bottom], [left, right]] = unit.at.map((centre, i) => {
        const start = centre - Math.floor(size / 2);
        return [Math.max(start, 0), Math.min(start + size, maps.shape[i + 2] ?? 1)];
      });
      // Only maps can be cut before they are made.
      if (maps.shape.length === 4) return focus(tape, maps, { top, bottom, left, right });
      if (maps.shape.length === 3) return tape.apply(slice, { x: maps }, { axis: 2, start: top, end: bottom });
      return maps;
    };
    return {
      label: `${layer}:${channel}, ${size}×${size} places`,
      layers: [layer],
      chosen(scene) {
        const place = at?.join() ?? 'centre';
        const scores = once(scene, `patch ${layer} ${size} ${place}`, () => meanOfMaps(scene.tape, shownIn(scene)));
        return [{ scores, index: channel, factor: 1 }];
      },
      build: (scene) =>
        meanOfPlaces(
          scene.tape,
          scene.tape.apply(slice, { x: shownIn(scene) }, { axis: 1, start: channel, end: channel + 1 }),
        ),
    };
  },
});
