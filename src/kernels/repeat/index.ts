// Repeats a value that all images of a batch share, once per image: a class token, a table of windows.
import { sizeOf } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { resample } from '../resample/index.js';
import { tileTable } from '../resample/tables.js';

export interface Attrs {
  /** The axis of x to repeat. It has `length` for one image. */
  readonly axis: number;
  readonly length: number;
  /** The axis of `like` with the images; each has `per` indices. */
  readonly along: number;
  readonly per: number;
}

/** All kernels are ../resample's. */
export const kernels = [];

/** `x` repeated along `axis`, once for each image of `like`. Unchanged if it has as many already. */
export const op = defineMacro({
  name: 'repeat',
  inputs: ['x', 'like'],
  expand(tape, { x, like }, { axis, length, along, per }: Attrs): Value {
    const pictures = like.shape[along] / per;
    const times = (pictures * length) / x.shape[axis];
    return times === 1 || sizeOf(x.shape) === 0 ? x : resample(tape, x, tileTable(axis, x.shape[axis], times));
  },
});
