// Local response normalization within a channel: Caffe's WITHIN_CHANNEL region.
import { defineLrn } from '../lrn/index.js';

export interface Attrs {
  /** Side of the square window, odd. */
  readonly size: number;
  /** `y = x · (1 + alpha/size² · Σ x²)^−beta`; Caffe ignores k here. */
  readonly alpha: number;
  readonly beta: number;
}

/** All kernels are ../lrn's. */
export const kernels = [];

/** Local response normalization within each channel, as Caffe's WITHIN_CHANNEL. `x [N, C, H, W] → y [N, C, H, W]`. */
export const op = defineLrn('lrnWithin', ({ size, alpha, beta }: Attrs) => ({
  hc: 0,
  hh: (size - 1) / 2,
  hw: (size - 1) / 2,
  a: alpha / (size * size),
  beta,
  k: 1,
}));
