import { leakyRelu } from '../../attribute/rules/leakyRelu.js';
import { momentum } from '../../optim/momentum.js';
import { pace } from '../../optim/pace.js';
import { precondition } from '../../optim/precondition.js';
import { smooth } from '../../optim/smooth.js';
import { unitLength } from '../../optim/unitLength.js';
import { pixels } from '../../params/pixels.js';

import { ball } from '../../regularize/ball.js';
import { pixelRange } from '../../regularize/pixelRange.js';
import { rotate } from '../../transforms/rotate.js';
import { scale } from '../../transforms/scale.js';
import { shift } from '../../transforms/shift.js';
import type { Preset } from './preset.js';
import { atCentre } from './target.js';

/** Rows of images below which one is small: its net sees coarser things, and the numbers are others. */
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
      objective: atCentre(target, small ? 0.05 : 0.1),
      params: pixels.make({ start: 'coarse', statistics, deviation: small ? 0.2 : 0.5 }),
      transforms: [
        shift.make({ reach: Math.round(side * (small ? 0.094 : 0.07)), pixels: 'any' }),
        scale.make({ low: small ? 0.86 : 0.9, high: small ? 1.16 : 1.1 }),
        rotate.make({ angle: 7 }),
      ],
      backward: target.kind === 'unit' ? [leakyRelu.make({})] : [],
      optim: [
        precondition.make({ statistics, power: small ? 0.86 : 0.95 }),
        // The mean over the views of the last steps: what only one view asks for cancels out.
        unitLength.make({}),
        momentum.make({ momentum: small ? 0.95 : 0.9 }),
        unitLength.make({}),
        smooth.make({ ratio: small ? 0.03 : 0.08 }),
        pace.make(small ? { rms: 0.012, fall: 0.8 } : { rms: 0.0116, fall: 0.85 }),
      ],
      regularize: [ball.make({ rms: small ? 0.2 : 0.387 }), pixelRange.make({})],
      steps: small ? 200 : 150,
    };
  },
};
