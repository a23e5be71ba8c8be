// The octaves of multifaceted feature visualization (Nguyen et al. 2016): coarse on a small canvas first, then finer on larger ones.
import type { Model } from '../../graph/model.js';
import { centreBias } from '../../optim/centreBias.js';
import { meanLength } from '../../optim/meanLength.js';
import { sgd } from '../../optim/sgd.js';
import { pixelRange } from '../../regularize/pixelRange.js';
import { tvDenoise } from '../../regularize/tvDenoise.js';
import { imageShape } from '../../scene/input.js';
import type { PartOf, Varied } from '../../synthesize/study.js';
import { window } from '../../transforms/window.js';

/** One line of the schedule in the authors' code. */
export interface Octave {
  readonly steps: number;
  /** Canvas, as a factor of the net's size. */
  readonly canvas: number;
  readonly objective: PartOf<'objective'>;
  /** Deviation of the window's place, as a share of its room. */
  readonly spread: number;
  /** Pixels of the margin that is left alone, for images of 227. */
  readonly margin: number;
  /** First and last weight of the denoising. */
  readonly denoise: readonly [number, number];
  /** First and last step, over the mean of |g|. */
  readonly rate: readonly [number, number];
}

/** Side of the images that the schedule was made for. */
const SIDE = 227;

/** A phase of a study. */
function phaseOf(
  model: Model,
  octave: Octave,
): Pick<Varied, 'objective' | 'transforms' | 'regularize' | 'optim'> & {
  readonly canvas: readonly [number, number];
  readonly steps: number;
} {
  const [, H, W] = imageShape(model);
  const { canvas, margin, rate, denoise, spread, objective, steps } = octave;
  const room = Math.round((margin * Math.min(H, W)) / SIDE);
  return {
    objective,
    canvas: [Math.round(H * canvas), Math.round(W * canvas)],
    transforms: canvas === 1 ? [] : [window.make({ spread })],
    optim: [
      ...(room > 0 ? [centreBias.make({ margin: room })] : []),
      meanLength.make({}),
      sgd.make({ lr: rate[0], ...(rate[0] !== rate[1] && { lastLr: rate[1] }) }),
    ],
    // Twenty sweeps in place of up to a hundred: each step goes on from what the one before has smoothed.
    regularize: [
      pixelRange.make({}),
      tvDenoise.make({ weight: denoise[0], sweeps: 20, ...(denoise[0] !== denoise[1] && { lastWeight: denoise[1] }) }),
    ],
    steps,
  };
}

/** A study of octaves. */
export function studyOf(model: Model, [first, ...further]: readonly Octave[]) {
  return { ...phaseOf(model, first), phases: further.map((octave) => phaseOf(model, octave)) };
}

/** What differs from the authors' code, in both schedules. */
export const CHANGES =
  'The denoising smooths the whole canvas where the code smooths the window, with 20 sweeps where it takes up to 100; its weight goes straight from the first to the last value (the code’s precedence error makes it end near their sum). Canvases grow by cubic convolution in place of splines. Margins and canvases are scaled to the net’s size.';
