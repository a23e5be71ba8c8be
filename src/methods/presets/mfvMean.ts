import { pixels } from '../../params/pixels.js';
import { CHANGES, studyOf } from './octaves.js';
import type { Preset } from './preset.js';
import { asNeuron } from './target.js';

/** Octaves from the mean image of a facet. */
export const mfvMean: Preset = {
  name: 'mfvMean',
  text: 'One facet of a class: from the mean of pictures of it, sharpened.',
  source: 'Nguyen et al. 2016 (MFV), §2.2; Evolving-AI-Lab/mfv: act_max.tvd.mean.py',
  changes: `${CHANGES} Without a picture it starts from the mean image.`,
  picture: true,
  study({ model, target }) {
    const all = { objective: asNeuron(target), spread: 0.3, margin: 0 };
    return {
      params: pixels.make({ start: 'mean' }),
      ...studyOf(model, [
        { ...all, steps: 190, canvas: 1, denoise: [0.4, 0.4], rate: [1, 2] },
        { ...all, steps: 150, canvas: 1.2, denoise: [0.01, 2], rate: [1, 1] },
        { ...all, steps: 20, canvas: 1.2, spread: 0.2, margin: 50, denoise: [0.1, 2], rate: [2, 2] },
        { ...all, steps: 10, canvas: 1.2, denoise: [0.4, 2], rate: [2, 2] },
      ]),
    };
  },
};
