// Launches of kernels that join the numbers of rows (gpu/rows.ts).
import { type Named, type Shape, sizeBetween } from '../core/shape.js';
import type { DeviceTraits } from '../gpu/context.js';
import { type RowKernel, type Rows, sharing, type Way } from '../gpu/rows.js';
import type { Dispatch, Scalar, Value } from '../graph/tape.js';

/** A shape as `[outer, L, inner]`, where L is its axes `from` up to, not including, `to`. */
export const sizesAlong = (shape: Shape, { from, to }: { readonly from: number; readonly to: number }) => ({
  outer: sizeBetween(shape, 0, from),
  L: sizeBetween(shape, from, to),
  inner: sizeBetween(shape, to),
});

/** Rows along L. */
export const rowsAlong = ({ outer, L, inner }: ReturnType<typeof sizesAlong>): Rows => ({
  rows: outer * inner,
  size: L,
  across: inner > 1,
});

/** A launch of `kernels` that shares rows in one of their ways. */
export function dispatchRows<B extends string, U extends string, C extends string>(
  kernels: RowKernel<B, U, C>,
  { rows, size }: Rows,
  way: string,
  device: DeviceTraits,
  call: {
    readonly buffers: Named<B, Value>;
    readonly uniforms: Named<U, Scalar>;
    readonly constants?: Named<C, number>;
  },
): Dispatch {
  const { constants, subgroups } = sharing(way as Way, size, device);
  return {
    ...call,
    kernel: kernels[subgroups ? 1 : 0],
    ranges: {},
    constants: { ...call.constants, ...constants },
    threads: [rows * constants.LANES, 1, 1],
  };
}
