import { binary } from '../../kernels/binary/index.js';
import { definePart } from '../../parts/part.js';
import { sumOfPlaces, weighed } from '../cam.js';
import { runPictures } from '../variants.js';
import { LAYER } from './fields.js';

/** The map has one place: `[N, K, 1, 1]`. */
export const channelAttribution = definePart({
  kind: 'attribution method',
  name: 'channelAttribution',
  text: 'What each channel of a layer adds to the target, to first order: activation times gradient, summed over its places.',
  source: 'Olah et al. 2018 (The building blocks of interpretability), channel attribution',
  fields: { layer: LAYER },
  make: (options) => ({
    label: 'channelAttribution',
    async run(asked) {
      let layer = '';
      const [values, data] = await runPictures(asked, (scene, target) => {
        const { name, tape, maps, gradient } = weighed(scene, target, options.layer);
        layer = name;
        return [sumOfPlaces(tape, binary(tape, 'mul', maps, gradient))];
      });
      return {
        map: { shape: [values.length, data.length / values.length, 1, 1], data },
        meaning: `what each channel of '${layer}' adds to the target, to first order`,
        drawn: 'signed',
        values,
        layer,
      };
    },
  }),
});
