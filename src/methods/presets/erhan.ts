import { sgd } from '../../optim/sgd.js';
import { unitLength } from '../../optim/unitLength.js';
import { pixels } from '../../params/pixels.js';
import { ball } from '../../regularize/ball.js';
import { pixelRange } from '../../regularize/pixelRange.js';
import type { Preset } from './preset.js';
import { asNeuron } from './target.js';

/** Activation maximization as it began: a unit raised within a ball of fixed radius. */
export const erhan: Preset = {
  name: 'erhan',
  text: 'No prior but a bound on the length of the change: what the net alone asks for.',
  source: 'Erhan et al. 2009: argmax h(θ, x) over ‖x‖ = ρ',
  changes:
    'The ball is about the start, near the mean image, and its inside is allowed. Every step has the same length.',
  study: ({ target, side }) => ({
    objective: asNeuron(target),
    params: pixels.make({}),
    transforms: [],
    optim: [unitLength.make({}), sgd.make({ lr: side })],
    regularize: [ball.make({ rms: 0.15 }), pixelRange.make({})],
    steps: 200,
  }),
};
