import { momentum } from '../../optim/momentum.js';
import { sgd } from '../../optim/sgd.js';
import { noisePixels } from '../../params/noisePixels.js';
import { alphaNorm } from '../../regularize/alphaNorm.js';
import { totalVariation } from '../../regularize/totalVariation.js';
import { imageShape } from '../../scene/input.js';
import { WHITE } from '../../scene/space.js';
import { depthOf, type InversionPreset } from './inversion.js';

/** The norm of pictures σ (invert_nn.m: x0_sigma) as a root mean square, for pixels from 0 to 1: that of 1000 photographs about their mean colour. */
const RMS = 0.268;
/** λ_TV of layers 1–6, 7–12 and 13–20 of the 20 layers of the paper’s net. */
const VARIATION = [
  { until: 6 / 20, lambda: 1 },
  { until: 12 / 20, lambda: 10 },
  { until: 1, lambda: 100 },
] as const;
/** λ of the α-norm, for pixels up to 255. */
const NORM = 8e-10;
const ALPHA = 6;
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
    const depth = depthOf(model, layer);
    const { lambda } = VARIATION.find(({ until }) => depth <= until) ?? VARIATION[2];
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
        alphaNorm.make({ weight: ((NORM / 2) * WHITE ** (ALPHA - 2)) / variance, alpha: ALPHA }),
      ],
      optim: optim(1),
      steps: 100,
      // A phase begins without velocity, as the code does where the rate changes.
      phases: [
        { steps: 200, optim: optim(0.1) },
        { steps: 100, optim: optim(0.01) },
      ],
    };
  },
};
