// Caffe's mean-variance normalization: ../normalize without scale and bias, which would be two more passes over the map.
import { sizeBetween } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { type Attrs as NormalizeAttrs, normalizeParts } from '../normalize/index.js';

/** The kernels are ../normalize's. */
export const kernels = [];

export interface Attrs extends Pick<NormalizeAttrs, 'eps'> {
  /** `mvn`: `(x − mean) / (√var + eps)`; `mean`: `x − mean`. */
  readonly kind: Extract<NormalizeAttrs['kind'], 'mvn' | 'mean'>;
  /** Axes from here on are normalized together: 1 is across channels, 2 is each channel by itself. */
  readonly axis: 1 | 2;
}

/** x `[N,C,…]`, each image or each channel of it less its mean and, for `mvn`, over its deviation. */
export const op = defineMacro({
  name: 'mvn',
  inputs: ['x'],
  expand: (tape, { x }, { kind, eps, axis }: Attrs): Value =>
    normalizeParts(tape, x, sizeBetween(x.shape, 0, axis), { kind, eps }),
});
