import { adam } from '../../optim/adam.js';
import { fourier } from '../../params/fourier.js';
import { crop } from '../../transforms/crop.js';
import { noise } from '../../transforms/noise.js';
import type { Preset } from './preset.js';
import { asChannel } from './target.js';

/** Feature accentuation: a picture, and more of the feature in it. */
export const accentuation: Preset = {
  name: 'accentuation',
  text: 'A picture of one’s own in which the feature is brought out.',
  source: 'Hamblin et al. 2024 (Feature Accentuation); Horama: feature_accentuation',
  changes:
    'The Fourier image itself is followed by Adam at 0.05: Adam and NAdam cancel the weights that the source puts on the gradient. One crop per step in place of 6. The penalty on what differs from the picture is left out; the number of steps says how far the image goes.',
  picture: true,
  study: ({ target }) => ({
    objective: asChannel(target),
    params: fourier.make({ decay: 1.5 }),
    transforms: [
      crop.make({ draw: 'uniform', side: 0.85, lastSide: 0.85, spread: 0.1, over: 0, wander: 0.05, border: 'reflect' }),
      noise.make({ normal: 0.02, uniform: 0.01 }),
    ],
    optim: [adam.make({ lr: 0.05 })],
    regularize: [],
    steps: 60,
  }),
};
