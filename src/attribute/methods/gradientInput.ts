import { binary } from '../../kernels/binary/index.js';
import { definePart } from '../../parts/part.js';
import { attribute } from '../attribute.js';
import { runPictures } from '../variants.js';
import { RULE } from './fields.js';

/** The picture is what the net is given: where a mean is subtracted, a pixel of the mean’s colour gets nothing. */
export const gradientInput = definePart({
  kind: 'attribution method',
  name: 'gradientInput',
  text: 'The gradient times the picture: the first term of what the target would lose without each number.',
  source: 'Shrikumar et al. 2016, §3.1; captum InputXGradient',
  fields: { rule: RULE },
  make: ({ rule }) => ({
    label: 'gradientInput',
    async run(asked) {
      const [values, data] = await runPictures(asked, (scene, target) => {
        const gradient = attribute(scene, { target: { build: () => target }, method: rule });
        return [binary(scene.tape, 'mul', gradient, scene.image)];
      });
      return {
        map: { shape: asked.images.shape, data },
        meaning: 'gradient times input, in units of the target',
        drawn: 'signed',
        values,
      };
    },
  }),
});
