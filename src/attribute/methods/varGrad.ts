import { definePart } from '../../parts/part.js';
import { NOISY, noisyGradients } from '../noisy.js';
import { RULE, SEED } from './fields.js';

/** The variance of the samples at hand: their squares about their mean, over their number. */
export const varGrad = definePart({
  kind: 'attribution method',
  name: 'varGrad',
  text: 'The variance of the gradient over noisy copies of the picture.',
  source:
    'Adebayo et al. 2018 (Local explanation methods for deep neural networks lack sensitivity to parameter values), §2',
  fields: { ...NOISY, rule: RULE, seed: SEED },
  make: (options) => ({
    label: 'varGrad',
    async run(asked) {
      const { values, variance } = await noisyGradients(asked, options);
      return {
        map: { shape: asked.images.shape, data: variance },
        meaning: 'how much the gradient at each number of the input varies over noisy copies',
        drawn: 'size',
        values,
      };
    },
  }),
});
