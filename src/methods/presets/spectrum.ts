import { leakyRelu } from '../../attribute/rules/leakyRelu.js';
import { pace } from '../../optim/pace.js';
import { precondition } from '../../optim/precondition.js';
import { smooth } from '../../optim/smooth.js';
import { unitLength } from '../../optim/unitLength.js';
import { pixels } from '../../params/pixels.js';

import { ball } from '../../regularize/ball.js';
import { pixelRange } from '../../regularize/pixelRange.js';
import type { Preset } from './preset.js';
import { atCentre } from './target.js';
import { gentle } from './views.js';

/** Rows of images below which one is small: it needs more steps, and its net sees coarser things. */
const SMALL = 128;

/** Ascent preconditioned by the spectrum of real pictures. */
export const spectrum: Preset = {
  name: 'spectrum',
  text: 'Calm scenes in the colours and frequencies of real pictures, in which the class or feature can be recognised.',
  source:
    'This library. The preconditioning is that of Fourier and decorrelated colour parameterizations (Olah et al. 2017); steps of stated length keep it, which Adam does not',
  changes: 'None.',
  statistics: true,
  study({ target, statistics, side }) {
    const small = side < SMALL;
    return {
      objective: atCentre(target, small ? 0.02 : 0.1),
      params: pixels.make({ start: 'coarse', statistics, deviation: 0.65 }),
      transforms: gentle(side),
      backward: target.kind === 'unit' ? [leakyRelu.make({})] : [],
      optim: [
        precondition.make({ statistics }),
        unitLength.make({}),
        smooth.make({ ratio: small ? 0.2 : 0.12 }),
        pace.make(small ? { rms: 0.0063, fall: 0.8 } : { rms: 0.0116, fall: 0.85 }),
      ],
      regularize: [ball.make({ rms: small ? 0.225 : 0.387 }), pixelRange.make({})],
      steps: small ? 200 : 150,
    };
  },
};
