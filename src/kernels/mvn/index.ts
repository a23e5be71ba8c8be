// Caffe's mean-variance normalization: ../normalize without scale and bias, which would be two more passes over the map.
import { sizeBetween } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { type Attrs as NormalizeAttrs, normalizeParts } from '../normalize/index.js';

/** The kernels are ../normalize's. */
export const kernels = [];

export interface Attrs extends Pick<NormalizeAttrs, 'eps'> {
  /** `mvn`: `(x − mean) / (√var + eps)`; `mean`: `x − mean`. */
  readonly kind: Extract<NormalizeAttrs['kind'], 'mvn' | 'mean'>;
  /** Normalizes over this axis and all later ones: 1 is across channels, 2 is each channel separately. */
  readonly axis: 1 | 2;
}

/** Subtracts the mean of each image or channel of x `[N,C,…]`; `mvn` also divides by its standard deviation. */
export const op = defineMacro({
  name: 'mvn',
  inputs: ['x'],
  expand: (tape, { x }, { kind, eps, axis }: Attrs): Value =>
    normalizeParts(tape, x, sizeBetween(x.shape, 0, axis), { kind, eps }),
});
