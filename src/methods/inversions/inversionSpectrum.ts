import { momentum } from '../../optim/momentum.js';
import { pace } from '../../optim/pace.js';
import { precondition } from '../../optim/precondition.js';
import { unitLength } from '../../optim/unitLength.js';
import { pixels } from '../../params/pixels.js';
import { pixelRange } from '../../regularize/pixelRange.js';
import type { InversionPreset } from './inversion.js';
import { priors } from './priors.js';

/** Inversion preconditioned by the spectrum of real pictures. */
export const inversionSpectrum: InversionPreset = {
  name: 'inversionSpectrum',
  text: 'Pixels that change as the colours and frequencies of real pictures do, held smooth more and more the deeper the layer.',
  source: 'This library: the update of the preset `spectrum`, about the objective of Mahendran & Vedaldi 2015, eq. 2',
  changes: 'No movements of the image and no ball about its start: the picture says what is where.',
  statistics: true,
  study: ({ model, layer, objective, statistics }) => ({
    objective,
    params: pixels.make({ start: 'coarse', statistics, deviation: 0.3 }),
    transforms: [],
    regularize: [pixelRange.make({}), ...priors(model, layer)],
    optim: [
      precondition.make({ statistics, power: 1.5 }),
      unitLength.make({}),
      momentum.make({ momentum: 0.9 }),
      pace.make({ rms: 0.003, fall: 1 }),
    ],
    steps: 300,
  }),
};
