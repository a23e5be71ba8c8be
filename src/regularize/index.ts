// The regularizers of Yosinski et al. 2015 and their toolbox: edits of the image after each gradient step. They are not
// gradients of anything, so each is a projection r(x) and not a penalty.
//
// Each is made for one tape. Its numbers are Params: `set` changes them between runs, without recompiling.
import { OptionError } from '../core/errors.js';
import { sizeBetween, sizeOf } from '../core/shape.js';
import type { Param, Tape, Value } from '../graph/tape.js';
import { pixelScore, type Score, zeroBelow } from '../kernels/ascent/index.js';
import { op as blur, gaussianTaps, MAX_RADIUS } from '../kernels/blur/index.js';
import { op as percentile, percentileRank } from '../kernels/percentile/index.js';

/** What can be set on a plan between runs. */
export interface Settable {
  set(param: Param, value: number): void;
  write(leaf: Value, data: Float32Array): void;
}

/** What a projection may look at. */
export interface ProjectionInputs {
  /** The image after the step, mean-subtracted, `[N,C,H,W]`. */
  readonly image: Value;
  /** The gradient the step was taken with: that of the image before it, as the toolbox has it. */
  readonly gradient: Value;
  /** The step's number, u32 `[1]`, on the device. */
  readonly step: Value;
}

/** One regularizer on one tape. */
export interface Regularizer<Options> {
  project(inputs: ProjectionInputs): Value;
  set(plan: Settable, options: Options): void;
}

export interface BlurOptions {
  /** Standard deviation in pixels; 0 is off. */
  readonly radius: number;
  /** Blur on steps 0, every, 2·every, …; 0 is off. */
  readonly every: number;
}

/** θ_b_width, θ_b_every: a Gaussian blur of each channel every few steps, against high frequencies. */
export function gaussianBlur(tape: Tape): Regularizer<BlurOptions> {
  const taps = tape.leaf('blur taps', { shape: [MAX_RADIUS + 1], dtype: 'f32' });
  const reach = tape.param('blur radius', 'i32', 0);
  const period = tape.param('blur every', 'u32', 0);
  return {
    project: ({ image, step }) => tape.apply(blur, { x: image, taps, step }, { radius: reach, every: period }),
    set(plan, { radius, every }) {
      if (!(radius >= 0 && 4 * radius + 0.5 <= MAX_RADIUS)) {
        throw new OptionError('blurRadius', `must be from 0 to ${(MAX_RADIUS - 0.5) / 4}, got ${radius}`);
      }
      if (!(Number.isInteger(every) && every >= 0)) {
        throw new OptionError('blurEvery', `must be a whole number of steps, 0 for never, got ${every}`);
      }
      const gaussian = gaussianTaps(radius);
      plan.write(taps, gaussian.taps);
      plan.set(reach, gaussian.radius);
      plan.set(period, radius > 0 ? every : 0);
    },
  };
}

/**
 * Sets to zero, the mean image's colour, what scores below a percentile of all scores in the image (strictly below, with
 * numpy's linear interpolation): entries of small `value`, pixels of small `norm` (θ_n_pct), of small signed `benefit`,
 * or of small absolute `contribution` (θ_c_pct) to the unit.
 */
export function clipBelowPercentile(tape: Tape, kind: Score): Regularizer<number> {
  const rank = tape.param(`${kind} rank`, 'u32', 0);
  const fraction = tape.param(`${kind} fraction`, 'f32', 0);
  const active = tape.param(`${kind} active`, 'u32', 0);
  let ranked = 0;
  return {
    project({ image, gradient }) {
      const scores = tape.apply(pixelScore, { x: image, g: gradient }, { kind, active });
      ranked = sizeBetween(scores.shape, 1);
      const threshold = tape.apply(percentile, { x: scores }, { rank, fraction, active });
      return tape.apply(zeroBelow, { x: image, s: scores, threshold }, { active });
    },
    set(plan, percent) {
      if (!(percent >= 0 && percent <= 100)) {
        throw new OptionError(`${kind} percentile`, `must be from 0 to 100, got ${percent}`);
      }
      const at = percentileRank(percent, Math.max(ranked, 1));
      plan.set(rank, at.rank);
      plan.set(fraction, at.fraction);
      plan.set(active, percent > 0 ? 1 : 0);
    },
  };
}

/** Elements of one image. */
export const imageSize = (image: Value): number => sizeOf(image.shape) / image.shape[0];
