// Where the greatest or least value along an axis is. It has no gradient.
import { type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import source from './arg_max.wgsl?raw';

export interface Attrs {
  readonly axis: number;
  /** The axis stays as 1. */
  readonly keep: boolean;
  readonly least: boolean;
  /** Of several the last, not the first. */
  readonly last: boolean;
}

const forward = kernel({
  name: 'arg_max',
  wgsl: source,
  buffers: { x: 'read', y: 'write' },
  uniforms: { n: 'u32', L: 'u32', inner: 'u32' },
  constants: ['MIN', 'LAST'],
});
export const kernels = [forward];

/** The index of the greatest (or least) element along an axis, as a float. */
export const op = defineOp({
  name: 'argMax',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, { axis, keep }: Attrs): Spec => {
    const at = normalizeAxis('argMax', axis, x.shape.length);
    return { shape: x.shape.flatMap((d, i) => (i !== at ? [d] : keep ? [1] : [])), dtype: 'f32' };
  },
  lower: ({ inputs: { x }, output: y, attrs: { axis, least, last } }) => {
    const at = normalizeAxis('argMax', axis, x.shape.length);
    const n = sizeOf(y.shape);
    const uniforms = { n, L: x.shape[at], inner: sizeBetween(x.shape, at + 1) };
    const constants = { MIN: least ? 1 : 0, LAST: last ? 1 : 0 };
    return [dispatch(forward, { buffers: { x, y }, uniforms, constants, threads: [n] })];
  },
});
