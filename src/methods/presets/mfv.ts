import { pixels } from '../../params/pixels.js';
import { CHANGES, studyOf } from './octaves.js';
import type { Preset } from './preset.js';
import { asNeuron, asProbability } from './target.js';

/** Centre-biased octaves from noise. */
export const mfv: Preset = {
  name: 'mfv',
  text: 'One object in the middle of the image: octaves that begin coarse and then sharpen the centre.',
  source: 'Nguyen et al. 2016 (MFV), §2.3; Evolving-AI-Lab/mfv: act_max.tvd.center.py',
  changes: CHANGES,
  study({ model, target }) {
    const first = { objective: asProbability(target), spread: 0.3, margin: 0 };
    const then = { objective: asNeuron(target), spread: 0.3, margin: 0 };
    return {
      params: pixels.make({}),
      ...studyOf(model, [
        { ...first, steps: 190, canvas: 1, denoise: [0.001, 0.05], rate: [11, 11] },
        { ...first, steps: 150, canvas: 1.2, denoise: [0.01, 0.08], rate: [6, 6] },
        { ...then, steps: 150, canvas: 1.44, denoise: [0.01, 2], rate: [1, 1] },
        { ...then, steps: 30, canvas: 1.44, spread: 0.1, margin: 50, denoise: [0.1, 2], rate: [3, 3] },
        { ...then, steps: 10, canvas: 1.44, denoise: [0.01, 2], rate: [6, 3] },
      ]),
    };
  },
};
