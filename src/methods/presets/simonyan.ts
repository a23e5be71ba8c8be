import { sgd } from '../../optim/sgd.js';
import { unitLength } from '../../optim/unitLength.js';
import { pixels } from '../../params/pixels.js';
import { alphaNorm } from '../../regularize/alphaNorm.js';
import { pixelRange } from '../../regularize/pixelRange.js';
import type { Preset } from './preset.js';
import { asNeuron } from './target.js';

/** A class model of Simonyan et al.: the score of a class less the square of the image. */
export const simonyan: Preset = {
  name: 'simonyan',
  text: 'The first pictures of classes: faint and scattered, from the mean image, held back only by the image’s own length.',
  source: 'Simonyan et al. 2013, eq. 1: argmax S_c(I) − λ‖I‖²; from the zero image, the mean added afterwards',
  changes: 'The paper states neither λ nor the steps. Here every step has the same length.',
  study: ({ target, side }) => ({
    objective: asNeuron(target),
    params: pixels.make({ start: 'mean' }),
    transforms: [],
    optim: [unitLength.make({}), sgd.make({ lr: side })],
    regularize: [alphaNorm.make({ alpha: 2, weight: 1e-4 }), pixelRange.make({})],
    steps: 200,
  }),
};
