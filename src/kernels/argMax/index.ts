// The index of the greatest or least value along an axis. It has no gradient.
import type { Shape, Spec } from '../../core/shape.js';
import { type Rows, rowKernel, rowWays } from '../../gpu/rows.js';
import { defineOp } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import { ordered } from '../libraries.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import source from './arg_max.wgsl?raw';
import { rowsKernel } from './rows.js';

export interface Attrs {
  readonly axis: number;
  /** Keeps the axis with length 1. */
  readonly keep: boolean;
  readonly least: boolean;
  /** Of equal values the last one, not the first. */
  readonly last: boolean;
}

const forward = rowKernel({
  name: 'arg_max',
  wgsl: source,
  uses: [ordered],
  buffers: { x: 'read', y: 'write' },
  uniforms: { outer: 'u32', L: 'u32', inner: 'u32' },
  constants: ['MIN', 'LAST'],
});
export const kernels = [forward, rowsKernel];

const rowsOf = (shape: Shape, { axis }: Attrs): Rows => {
  const from = normalizeAxis('argMax', axis, shape.length);
  return rowsAlong(shape, from, from + 1);
};

/** The index of the greatest (or least) element along an axis, as a float. */
export const op = defineOp({
  name: 'argMax',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, { axis, keep }: Attrs): Spec => {
    const at = normalizeAxis('argMax', axis, x.shape.length);
    return { shape: x.shape.flatMap((d, i) => (i !== at ? [d] : keep ? [1] : [])), dtype: 'f32' };
  },
  variants: ({ inputs: { x }, attrs, device }) => rowWays(rowsOf(x.shape, attrs), device),
  lower: ({ inputs: { x }, output: y, attrs, device, variant }) => {
    const uniforms = rowsOf(x.shape, attrs);
    const constants = { MIN: attrs.least ? 1 : 0, LAST: attrs.last ? 1 : 0 };
    return [dispatchRows(forward, uniforms, variant, device, { buffers: { x, y }, uniforms, constants })];
  },
});
