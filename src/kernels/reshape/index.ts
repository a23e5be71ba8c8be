// A new shape for the same memory. No kernel: the output is a view of the input.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Spec, sizeOf } from '../../core/shape.js';
import { defineOp, type Op } from '../../graph/tape.js';

export interface Attrs {
  /** 0 copies the input's dimension at that position; one −1 is the remaining size. */
  readonly shape: readonly number[];
}

export const kernels = [];

/** `x` in another shape with the same number of elements. */
export const op: Op<'x', Attrs> = defineOp({
  name: 'reshape',
  inputs: ['x'],
  passesZeros: true,
  view: 'x',
  infer: ({ x }: { x: Spec }, { shape }: Attrs): Spec => {
    const total = sizeOf(x.shape);
    const dims = shape.map((dim, i) => (dim === 0 ? (x.shape[i] ?? 0) : dim));
    const known = sizeOf(dims.filter((d) => d !== -1));
    const result = dims.map((d) => (d === -1 ? total / known : d));
    if (
      shape.filter((d) => d === -1).length > 1 ||
      sizeOf(result) !== total ||
      result.some((d) => !Number.isInteger(d))
    ) {
      throw new ShapeError('reshape', `${formatShape(x.shape)} cannot take the shape ${formatShape(shape)}`);
    }
    return { shape: result, dtype: x.dtype };
  },
  lower: () => [],
  vjp: (tape, { inputs: { x }, cotangent }) => ({ x: tape.apply(op, { x: cotangent }, { shape: x.shape }) }),
});
