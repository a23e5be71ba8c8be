import { redirectedRelu } from '../../attribute/rules/redirectedRelu.js';
import { adam } from '../../optim/adam.js';
import { fourier } from '../../params/fourier.js';
import { pad } from '../../transforms/pad.js';
import { rotate } from '../../transforms/rotate.js';
import { scale } from '../../transforms/scale.js';
import { shift } from '../../transforms/shift.js';
import type { Preset } from './preset.js';
import { asChannel } from './target.js';

/** Lucid's render_vis as it is without options, in the size that the net takes. */
export const lucid: Preset = {
  name: 'lucid',
  text: 'Dense textures in strong colours: the look of Distill’s Feature Visualization.',
  source: 'Olah et al. 2017; lucid: optvis/render.py, optvis/param, optvis/transform.py (standard_transforms)',
  changes:
    'The image has the net’s size, where Lucid’s has 128 pixels. The transforms are one sampling in place of three. Scales and angles are drawn evenly from their ranges, where Lucid draws from a list. The border is the mean colour in place of gray.',
  study: ({ target }) => ({
    objective: asChannel(target),
    params: fourier.make({}),
    transforms: [
      pad.make({ by: 12, border: 'zero' }),
      // A random crop that takes 8 pixels, and one that takes 4.
      shift.make({ reach: 4, border: 'zero' }),
      scale.make({ low: 0.9, high: 1.1, border: 'zero' }),
      rotate.make({ angle: 10, border: 'zero' }),
      shift.make({ reach: 2, border: 'zero' }),
    ],
    backward: [redirectedRelu.make({})],
    optim: [adam.make({ lr: 0.05 })],
    regularize: [],
    steps: 512,
  }),
};
