import { binary } from '../kernels/binary/index.js';
import { definePart } from '../parts/part.js';
import { mapsOf, meanOfPlaces } from './maps.js';

/** Everything that a layer sees in the image, made more of: DeepDream. */
export const layer = definePart({
  kind: 'objective',
  name: 'layer',
  text: 'The mean squared activation of a whole layer: DeepDream.',
  source: 'Mordvintsev et al. 2015; lucid objectives.deepdream',
  fields: { layer: { type: 'text', text: 'layer or blob' } },
  make({ layer: name }) {
    return {
      label: name,
      layers: [name],
      build(scene) {
        const maps = mapsOf(scene, name);
        return meanOfPlaces(scene.tape, binary(scene.tape, 'mul', maps, maps));
      },
    };
  },
});
