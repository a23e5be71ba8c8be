import { leakyRelu } from '../../attribute/rules/leakyRelu.js';
import { adam } from '../../optim/adam.js';
import { maco as magnitudeConstrained } from '../../params/maco.js';
import { rotate } from '../../transforms/rotate.js';
import { scale } from '../../transforms/scale.js';
import { shift } from '../../transforms/shift.js';
import type { Preset } from './preset.js';
import { asChannel } from './target.js';

/** MaCo: the magnitude of every frequency is that of real pictures, and only the phase is free. */
export const maco: Preset = {
  name: 'maco',
  text: 'Full canvases with much contrast: every frequency is as strong as in real pictures.',
  source: 'Fel et al. 2023 (MaCo); xplique: features_visualizations/maco.py; Horama: maco_fv.py',
  changes:
    'One view of the image per step, slightly moved, in place of 32 random crops; Adam with a rate of 0.1 in place of NAdam with 1, for 150 steps. The statistics are of pictures like those that the net was trained on.',
  statistics: true,
  study: ({ target, statistics, side }) => ({
    objective: asChannel(target),
    params: magnitudeConstrained.make({ statistics }),
    transforms: [
      shift.make({ reach: Math.round(side * 0.055), pixels: 'any' }),
      scale.make({ low: 0.92, high: 1.08 }),
      rotate.make({ angle: 7 }),
    ],
    backward: target.kind === 'unit' ? [leakyRelu.make({})] : [],
    optim: [adam.make({ lr: 0.1 })],
    regularize: [],
    steps: 150,
  }),
};
