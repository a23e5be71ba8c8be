// Running sums along an axis.
import { type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import source from './cum_sum.wgsl?raw';

export interface Attrs {
  readonly axis: number;
  /** An element is not part of its own sum. */
  readonly exclusive: boolean;
  /** Sums from the end of the axis. */
  readonly reverse: boolean;
}

const forward = kernel({
  name: 'cum_sum',
  wgsl: source,
  buffers: { x: 'read', y: 'write' },
  uniforms: { rows: 'u32', L: 'u32', inner: 'u32' },
  constants: ['EXCLUSIVE', 'REVERSE'],
  longGrid: 'fold',
});
export const kernels = [forward];

/** The sum of x up to each index of an axis. */
export const op: Op<'x', Attrs> = defineOp({
  name: 'cumSum',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, { axis }: Attrs) => {
    normalizeAxis('cumSum', axis, x.shape.length);
    return x;
  },
  lower: ({ inputs: { x }, output: y, attrs: { axis, exclusive, reverse } }) => {
    const at = normalizeAxis('cumSum', axis, x.shape.length);
    const L = x.shape[at];
    const rows = sizeOf(x.shape) / L;
    const constants = { EXCLUSIVE: exclusive ? 1 : 0, REVERSE: reverse ? 1 : 0 };
    const uniforms = { rows, L, inner: sizeBetween(x.shape, at + 1) };
    return [dispatch(forward, { buffers: { x, y }, uniforms, constants, threads: [rows] })];
  },
  vjp: (tape, { cotangent, attrs }) => ({
    x: tape.apply(op, { x: cotangent }, { ...attrs, reverse: !attrs.reverse }),
  }),
});
