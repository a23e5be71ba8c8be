import { momentum } from '../../optim/momentum.js';
import { sgd } from '../../optim/sgd.js';
import { unitLength } from '../../optim/unitLength.js';
import { generator } from '../../params/generator.js';
import { bounds } from '../../regularize/bounds.js';
import { CODES, type InversionPreset } from './inversion.js';

/** Length of the first step, in the numbers of a code; it falls to none. Chosen among 0.3, 1 and 3 on mini-caffenet and mini-generator. */
const LENGTH = 0.3;

/** Inversion by the code of a generator, which draws nothing but what it takes for pictures. */
export const inversionGenerator: InversionPreset = {
  name: 'inversionGenerator',
  text: 'Pictures as a generator draws them, whose code is looked for in place of pixels.',
  source:
    'Nguyen et al. 2016 (DGN-AM) §2 and §3.1; Dosovitskiy & Brox 2016, Generating images with perceptual similarity metrics',
  changes:
    'Dosovitskiy & Brox train a network for each layer that draws a picture from its activations; here one generator serves all layers, and its code is found by gradient steps from the mean code, held to three standard deviations.',
  generator: true,
  study({ objective }) {
    return {
      objective,
      params: generator.make({ codes: CODES, deviation: 0.5 }),
      transforms: [],
      regularize: [bounds.make({ codes: CODES })],
      optim: [unitLength.make({}), momentum.make({ momentum: 0.9 }), sgd.make({ lr: LENGTH, lastLr: 0 })],
      steps: 300,
    };
  },
};
