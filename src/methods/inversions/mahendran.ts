import { momentum } from '../../optim/momentum.js';
import { sgd } from '../../optim/sgd.js';
import { noisePixels } from '../../params/noisePixels.js';
import { alphaNorm } from '../../regularize/alphaNorm.js';
import { totalVariation } from '../../regularize/totalVariation.js';
import { imageShape } from '../../scene/input.js';
import { WHITE } from '../../scene/space.js';
import type { InversionPreset } from './inversion.js';
import { ALPHA, byDepth, normWeight, RMS } from './priors.js';

/** λ_TV of layers 1–6, 7–12 and 13–20 of the 20 layers of the paper’s net. */
const LAMBDAS = [1, 10, 100] as const;
const RATE = 0.004;

/** Mahendran & Vedaldi's inversion, as in their experiments. */
export const mahendran: InversionPreset = {
  name: 'mahendran',
  text: 'The first inversions: pixels from noise, held smooth, in steps whose rate falls twice.',
  source:
    'Mahendran & Vedaldi 2015, §3 and §5; aravindhm/deep-goggle: invert_nn.m, rates 0.004·(1, 0.1, 0.01) for 100, 200 and 100 steps',
  changes:
    'σ is that of 1000 photographs for every net, where the code has that of its own pictures. λ_TV goes by the layer’s share of the net’s layers, at the shares that the paper’s layers have.',
  study({ model, layer, objective }) {
    const [C, H, W] = imageShape(model);
    const variance = C * H * W * RMS ** 2;
    const lambda = byDepth(model, layer, LAMBDAS);
    // The code descends E·σ² for pixels up to 255, the penalties of which it halves.
    const optim = (share: number) => [
      momentum.make({ momentum: 0.9 }),
      sgd.make({ lr: RATE * share * variance * WHITE ** 2 }),
    ];
    return {
      objective,
      params: noisePixels.make({ rms: RMS }),
      transforms: [],
      regularize: [
        totalVariation.make({ weight: lambda / 2 / variance, beta: 2 }),
        alphaNorm.make({ weight: normWeight(C * H * W), alpha: ALPHA }),
      ],
      optim: optim(1),
      steps: 101,
      // A phase begins without velocity, as the code does where the rate changes. Its last step does not move the image.
      phases: [
        { steps: 201, optim: optim(0.1) },
        { steps: 101, optim: optim(0.01) },
      ],
    };
  },
};
