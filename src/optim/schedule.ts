// Learning rates that change from step to step.

/** Learning rate of each step, from 0. */
export type RateSchedule = (step: number) => number;

/** What `cosine` needs to know of a run. */
export interface CosineOptions {
  readonly rate: number;
  readonly steps: number;
  /** Steps in which the rate rises to its full value. */
  readonly warmUp?: number;
  /** Rate at the end, as a share of `rate`. */
  readonly last?: number;
}

/** Half a cosine from `rate` down to `last·rate` (Loshchilov & Hutter 2017), after a linear rise. */
export function cosine({ rate, steps, warmUp = 0, last = 0 }: CosineOptions): RateSchedule {
  return (step) => {
    if (step < warmUp) return (rate * (step + 1)) / warmUp;
    const part = Math.min(1, (step - warmUp) / Math.max(1, steps - warmUp));
    return rate * (last + (1 - last) * 0.5 * (1 + Math.cos(Math.PI * part)));
  };
}
