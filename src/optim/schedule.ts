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

/** What `oneCycle` needs to know of a run. */
export interface OneCycleOptions {
  /** The greatest rate. */
  readonly rate: number;
  readonly steps: number;
  /** Share of the steps in which the rate rises. */
  readonly rise?: number;
  /** Rates at the start and at the end, as shares of `rate`. */
  readonly first?: number;
  readonly last?: number;
}

/**
 * One cycle (Smith & Topin 2019): half a cosine up to `rate`, then half a cosine down. The defaults are those of PyTorch's
 * OneCycleLR; momentum stays as it is.
 */
export function oneCycle({ rate, steps, rise = 0.3, first = 0.04, last = 4e-6 }: OneCycleOptions): RateSchedule {
  const top = rise * steps - 1;
  const between = (from: number, to: number, part: number) => from + (to - from) * 0.5 * (1 - Math.cos(Math.PI * part));
  return (step) =>
    rate *
    (step < top
      ? between(first, 1, step / top)
      : between(1, last, Math.min(1, (step - top) / Math.max(1, steps - 1 - top))));
}
