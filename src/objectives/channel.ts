import { definePart } from '../parts/part.js';
import { channelOf, mapsOf, meanOfMaps, meanOfPlaces } from './maps.js';
import { once } from './once.js';

/** A channel, wherever in its map. */
export const channel = definePart({
  kind: 'objective',
  name: 'channel',
  text: 'The mean activation of a channel over its map.',
  source: 'Olah et al. 2017; lucid objectives.channel',
  fields: {
    layer: { type: 'text', text: 'layer or blob' },
    channel: { type: 'number', whole: true, min: 0, text: 'channel of the layer, from 0' },
  },
  make({ layer, channel: index }) {
    return {
      label: `${layer}:${index}`,
      layers: [layer],
      chosen: (scene) => [
        {
          scores: once(scene, `channel ${layer}`, () => meanOfMaps(scene.tape, mapsOf(scene, layer))),
          index,
          factor: 1,
        },
      ],
      build: (scene) => meanOfPlaces(scene.tape, channelOf(scene, layer, index)),
    };
  },
});
