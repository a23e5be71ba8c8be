import { binary } from '../../kernels/binary/index.js';
import { definePart } from '../../parts/part.js';
import { sumOfPlaces, weighed } from '../cam.js';
import { onePass } from '../onePass.js';
import { LAYER } from './fields.js';

/** The map has one place: `[N, K, 1, 1]`. */
export const channelAttribution = definePart({
  kind: 'attribution method',
  name: 'channelAttribution',
  text: 'What each channel of a layer adds to the target, to first order: activation times gradient, summed over its places.',
  source: 'Olah et al. 2018 (The building blocks of interpretability), channel attribution',
  fields: { layer: LAYER },
  make: (options) => ({
    ofChannels: true,
    ...onePass('channelAttribution', (scene, target) => {
      const { name, tape, maps, gradient } = weighed(scene, target, options.layer);
      return {
        map: sumOfPlaces(tape, binary(tape, 'mul', maps, gradient)),
        meaning: `what each channel of '${name}' adds to the target, to first order`,
        drawn: 'signed',
        layer: name,
      };
    }),
  }),
});
