import { layer } from '../../objectives/layer.js';
import { meanLength } from '../../optim/meanLength.js';
import { sgd } from '../../optim/sgd.js';
import { pixels } from '../../params/pixels.js';
import { pixelRange } from '../../regularize/pixelRange.js';
import { jitter } from '../../transforms/jitter.js';
import type { Preset } from './preset.js';
import { asNeuron } from './target.js';

/** DeepDream on a layer, or on the class. */
export const deepdream: Preset = {
  name: 'deepdream',
  text: 'More of whatever a layer sees: the whole layer is raised, not one channel.',
  source: 'Mordvintsev et al. 2015; google/deepdream, dream.ipynb: step 1.5 / mean |g|, jitter 32',
  changes:
    'One octave, in the net’s size, of 40 steps in place of 10; the notebook starts from a photograph. Jitter is a seventh of the side, which is 32 of 224 pixels. Of a class, its score is raised.',
  study: ({ target, side }) => ({
    objective: target.kind === 'class' ? asNeuron(target) : layer.make({ layer: target.address.layer }),
    params: pixels.make({}),
    transforms: [jitter.make({ reach: Math.round(side / 7) })],
    optim: [meanLength.make({}), sgd.make({ lr: 1.5 })],
    regularize: [pixelRange.make({})],
    steps: 40,
  }),
};
