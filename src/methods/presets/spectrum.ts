import { leakyRelu } from '../../attribute/rules/leakyRelu.js';
import { momentum } from '../../optim/momentum.js';
import { pace } from '../../optim/pace.js';
import { precondition } from '../../optim/precondition.js';
import { smooth } from '../../optim/smooth.js';
import { unitLength } from '../../optim/unitLength.js';
import { pixels } from '../../params/pixels.js';
import type { Made } from '../../parts/part.js';
import { ball } from '../../regularize/ball.js';
import { pixelRange } from '../../regularize/pixelRange.js';
import { receptiveField } from '../../scene/receptiveField.js';
import type { StudyOptions } from '../../synthesize/study.js';
import { rotate } from '../../transforms/rotate.js';
import { scale } from '../../transforms/scale.js';
import { shift } from '../../transforms/shift.js';
import type { Asked, Preset } from './preset.js';
import { asChannel, atCentre } from './target.js';

/** The numbers for images of about 64 pixels, found by a search on mini-caffenet. */
const SMALL = {
  score: 0.05,
  deviation: 0.3,
  shift: 0.094,
  zoom: [0.86, 1.16],
  power: 0.6,
  mean: 1,
  momentum: 0.95,
  smooth: 0.03,
  pace: { rms: 0.012, fall: 0.8 },
  ball: 0.2,
  steps: 200,
} as const;

/**
 * Those for images of about 224 pixels, chosen by eye. The mean colour is kept: SqueezeNet, which has nothing that evens out brightness,
 * draws ever darker images otherwise.
 */
const LARGE = {
  score: 0.1,
  deviation: 0.5,
  shift: 0.07,
  zoom: [0.9, 1.1],
  power: 0.75,
  mean: 0,
  momentum: 0.9,
  smooth: 0.08,
  pace: { rms: 0.0116, fall: 0.85 },
  ball: 0.387,
  steps: 150,
} as const;

/** Rows of images below which one is small. */
const SMALL_BELOW = 128;

/**
 * Units that see less than this share of the image's side are raised over their whole map, and follow the spectrum hardly: what they see
 * are fine patterns. On GoogLeNet's conv2 the other way draws a black dot.
 */
const EARLY_BELOW = 0.25;
const EARLY_POWER = 0.2;

/** Ascent preconditioned by the spectrum of real pictures. */
export const spectrum: Preset = {
  name: 'spectrum',
  text: 'Calm scenes in the colours and frequencies of real pictures, in which the class or feature can be recognised.',
  source:
    'This library. The preconditioning is that of Fourier and decorrelated colour parameterizations (Olah et al. 2017); steps of stated length keep it, which Adam does not',
  changes: 'None.',
  statistics: true,
  study(asked) {
    if (isEarly(asked)) return spectral(asked, () => asChannel(asked.target), EARLY_POWER);
    return spectral(asked, (score) => atCentre(asked.target, score));
  },
};

/** Whether a unit sees so little of the image that its centre alone would hold no more than a dot. */
function isEarly({ model, target, side }: Asked): boolean {
  const { layer, at } = target.address;
  if (target.kind === 'class' || at || model.partial) return false;
  const { top, bottom } = receptiveField(model, layer, 0, 0);
  return bottom - top < EARLY_BELOW * side;
}

/** The whole preset about another objective. It is told the weight that scores have beside probabilities. */
export function spectral(
  { target, statistics, side }: Asked,
  objective: (score: number) => Made<'objective'>,
  power?: number,
): StudyOptions {
  const numbers = side < SMALL_BELOW ? SMALL : LARGE;
  const [low, high] = numbers.zoom;
  return {
    objective: objective(numbers.score),
    params: pixels.make({ start: 'coarse', statistics, deviation: numbers.deviation }),
    transforms: [
      shift.make({ reach: Math.round(side * numbers.shift), pixels: 'any' }),
      scale.make({ low, high }),
      rotate.make({ angle: 7 }),
    ],
    backward: target.kind === 'unit' ? [leakyRelu.make({})] : [],
    optim: [
      precondition.make({ statistics, power: power ?? numbers.power, mean: numbers.mean }),
      // The mean over the views of the last steps: what only one view asks for cancels out.
      unitLength.make({}),
      momentum.make({ momentum: numbers.momentum }),
      unitLength.make({}),
      smooth.make({ ratio: numbers.smooth }),
      pace.make(numbers.pace),
    ],
    regularize: [ball.make({ rms: numbers.ball }), pixelRange.make({})],
    steps: numbers.steps,
  };
}
