import { definePart } from '../parts/part.js';
import { along, mapsOfPicture, PICTURE, POWER } from './along.js';
import { mapsOf } from './maps.js';

/** What a layer sees in a picture, overdone: activations go on where those of the picture point, at the same places. */
export const caricature = definePart({
  kind: 'objective',
  name: 'caricature',
  text: 'How far the activations of a layer go where those of a picture point, place by place.',
  source: 'Olah et al. 2018; lucid recipes.caricature: dot · max(0.1, cosine)^power',
  fields: { layer: { type: 'text', text: 'layer or blob' }, picture: PICTURE, power: POWER },
  make: ({ layer, picture, power }) => ({
    label: `caricature of ${picture} in ${layer}`,
    layers: [layer],
    build: (scene) => along(scene.tape, mapsOf(scene, layer), mapsOfPicture(scene, picture, layer), power),
  }),
});
