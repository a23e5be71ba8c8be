import { definePart } from '../../parts/part.js';
import { NOISY, noisyGradients } from '../noisy.js';
import { RULE, SEED } from './fields.js';

/** SmoothGrad: normal noise on the net’s input, not clipped to what pixels can be. */
export const smoothGrad = definePart({
  kind: 'attribution method',
  name: 'smoothGrad',
  text: 'The mean gradient over noisy copies of the picture.',
  source: 'Smilkov et al. 2017 (SmoothGrad), §3.1',
  fields: { ...NOISY, rule: RULE, seed: SEED },
  make: (options) => ({
    label: 'smoothGrad',
    async run(asked) {
      const { values, mean } = await noisyGradients(asked, options);
      return {
        map: { shape: asked.images.shape, data: mean },
        meaning: 'how fast the target rises with each number of the input, in the mean over noisy copies',
        drawn: 'size',
        values,
      };
    },
  }),
});
