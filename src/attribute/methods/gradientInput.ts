import { binary } from '../../kernels/binary/index.js';
import { definePart } from '../../parts/part.js';
import { attribute } from '../attribute.js';
import { onePass } from '../onePass.js';
import { RULE } from './fields.js';

/** The picture is what the net is given: where a mean is subtracted, a pixel of the mean’s colour gets nothing. */
export const gradientInput = definePart({
  kind: 'attribution method',
  name: 'gradientInput',
  text: 'The gradient times the picture: the first term of what the target would lose without each number.',
  source: 'Shrikumar et al. 2016, §3.1; captum InputXGradient',
  fields: { rule: RULE },
  make: ({ rule }) =>
    onePass('gradientInput', (scene, target) => {
      const gradient = attribute(scene, { target: { build: () => target }, method: rule });
      return {
        map: binary(scene.tape, 'mul', gradient, scene.image),
        meaning: 'gradient times input, in units of the target',
        drawn: 'signed',
      };
    }),
});
