// Launches kernels that combine the numbers of rows (gpu/rows.ts).
import { type Named, type Shape, sizeBetween } from '../core/shape.js';
import type { DeviceTraits } from '../gpu/context.js';
import { type RowKernel, type Rows, sharing, type Way } from '../gpu/rows.js';
import type { Dispatch, Scalar, Value } from '../graph/tape.js';

/** The rows of a shape along its axes from `from` to `to` (excluded; default: the last axis included). */
export const rowsAlong = (shape: Shape, from: number, to = shape.length): Rows => ({
  outer: sizeBetween(shape, 0, from),
  L: sizeBetween(shape, from, to),
  inner: sizeBetween(shape, to),
});

/** Launches `kernels` with one of their ways to share rows. */
export function dispatchRows<B extends string, U extends string, C extends string>(
  kernels: RowKernel<B, U, C>,
  { outer, L, inner }: Rows,
  way: string,
  device: DeviceTraits,
  call: {
    readonly buffers: Named<B, Value>;
    readonly uniforms: Named<U, Scalar>;
    readonly constants?: Named<C, number>;
  } & ([C] extends [never] ? unknown : { readonly constants: Named<C, number> }),
): Dispatch {
  const { constants, subgroups } = sharing(way as Way, L, device);
  return {
    ...call,
    kernel: kernels[subgroups ? 1 : 0],
    ranges: {},
    constants: { ...call.constants, ...constants },
    threads: [outer * inner * constants.LANES, 1, 1],
  };
}
