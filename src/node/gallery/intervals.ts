// How sure a mean or a share over few pictures is.
import { mean, quantile, sampleWithReplacement } from 'simple-statistics';
import { createRng } from '../../core/rng.js';

/** A number with the interval that it is within with 95 % confidence. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Resamples of a bootstrap. */
const RESAMPLES = 2000;
/** Standard deviations of a normal distribution to either side, within which 95 % lie. */
const Z = 1.959964;

/** The mean of numbers that are not all there is: the percentile bootstrap (Efron 1979). The same numbers give the same interval. */
export function meanOf(values: readonly number[]): Estimate {
  const own = [...values];
  if (own.length === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const rng = createRng(0);
  const means = Array.from({ length: RESAMPLES }, () =>
    mean(sampleWithReplacement(own, own.length, () => rng.uniform())),
  );
  const [low, high] = quantile(means, [0.025, 0.975]);
  return { value: mean(own), low, high };
}

/** The share of those that are so (Wilson 1927). */
export function shareOf(values: readonly boolean[]): Estimate {
  const n = values.length;
  if (n === 0) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const p = values.filter(Boolean).length / n;
  const by = 1 + Z ** 2 / n;
  const middle = (p + Z ** 2 / (2 * n)) / by;
  const half = (Z / by) * Math.sqrt((p * (1 - p)) / n + Z ** 2 / (4 * n ** 2));
  return { value: p, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
