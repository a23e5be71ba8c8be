import { momentum } from '../../optim/momentum.js';
import { pace } from '../../optim/pace.js';
import { precondition } from '../../optim/precondition.js';
import { smooth } from '../../optim/smooth.js';
import { unitLength } from '../../optim/unitLength.js';
import { pixels } from '../../params/pixels.js';
import { pixelRange } from '../../regularize/pixelRange.js';
import type { InversionPreset } from './inversion.js';

/** Inversion preconditioned by the spectrum of real pictures. */
export const inversionSpectrum: InversionPreset = {
  name: 'inversionSpectrum',
  text: 'Pixels that change as the colours and frequencies of real pictures do.',
  source: 'This library: the update of the preset `spectrum`, about the objective of Mahendran & Vedaldi 2015, eq. 2',
  changes: 'None.',
  statistics: true,
  study: ({ objective, statistics }) => ({
    objective,
    params: pixels.make({ start: 'coarse', statistics, deviation: 0.3 }),
    transforms: [],
    optim: [
      precondition.make({ statistics, power: 0.75 }),
      momentum.make({ momentum: 0.9 }),
      unitLength.make({}),
      smooth.make({ ratio: 0.08 }),
      pace.make({ rms: 0.012, fall: 1 }),
    ],
    regularize: [pixelRange.make({})],
    steps: 300,
  }),
};
