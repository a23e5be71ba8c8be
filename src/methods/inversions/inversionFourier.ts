import { momentum } from '../../optim/momentum.js';
import { sgd } from '../../optim/sgd.js';
import { unitLength } from '../../optim/unitLength.js';
import { fourier } from '../../params/fourier.js';
import { imageShape } from '../../scene/input.js';
import type { InversionPreset } from './inversion.js';
import { priors } from './priors.js';

/** Side of the images for which the length of a step was chosen; it grows with the side, as the number of variables’ root does. */
const SIDE = 64;

/** Inversion of an image whose variables are a spectrum. */
export const inversionFourier: InversionPreset = {
  name: 'inversionFourier',
  text: 'Soft pictures in natural colours: a spectrum with decorrelated colours, held smooth more and more the deeper the layer.',
  source: 'Mahendran & Vedaldi 2015, eq. 2; Olah et al. 2017: Fourier and decorrelated colour',
  changes:
    'Steps of stated length with momentum, which fall to none at the end, in place of Adam: Adam takes the weights of the frequencies away again, and on mini-caffenet it leaves more error in the image in all layers. λ_TV is 0.5, 2 and 6, and the α-norm is left out of the first group of layers.',
  study({ model, layer, objective }) {
    const [, H, W] = imageShape(model);
    return {
      objective,
      params: fourier.make({}),
      transforms: [],
      regularize: priors(model, layer),
      optim: [
        unitLength.make({}),
        momentum.make({ momentum: 0.9 }),
        sgd.make({ lr: Math.sqrt(H * W) / SIDE, lastLr: 0 }),
      ],
      steps: 300,
    };
  },
};
