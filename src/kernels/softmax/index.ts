// Softmax over one axis or several adjacent ones, and its gradient.
import type { Spec } from '../../core/shape.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import { defineOp } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import forwardSource from './softmax.wgsl?raw';
import backwardSource from './softmax_dx.wgsl?raw';

export interface Attrs {
  /** The axes from `from` to `to` (excluded) together sum to one. */
  readonly from: number;
  readonly to: number;
}

const uniforms = { outer: 'u32', L: 'u32', inner: 'u32' } as const;
const forward = rowKernel({
  name: 'softmax',
  wgsl: forwardSource,
  buffers: { x: 'read', y: 'write' },
  uniforms,
});
const backward = rowKernel({
  name: 'softmax_dx',
  wgsl: backwardSource,
  buffers: { y: 'read', dy: 'read', dx: 'write' },
  uniforms,
});
export const kernels = [forward, backward];

const dx = defineOp({
  name: 'softmax_dx',
  inputs: ['y', 'dy'],
  infer: ({ y }: { y: Spec; dy: Spec }, _: Attrs) => y,
  variants: ({ inputs: { y }, attrs, device }) => rowWays(rowsAlong(y.shape, attrs.from, attrs.to), device),
  lower: ({ inputs: { y, dy }, output, attrs, device, variant }) => {
    const rows = rowsAlong(y.shape, attrs.from, attrs.to);
    return [dispatchRows(backward, rows, variant, device, { buffers: { y, dy, dx: output }, uniforms: rows })];
  },
});

/** `exp(x) / Σ exp(x)`, computed from x minus its maximum. */
export const op = defineOp({
  name: 'softmax',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, { from, to }: Attrs) => {
    normalizeAxis('softmax', from, x.shape.length);
    normalizeAxis('softmax', to - 1, x.shape.length);
    return x;
  },
  variants: ({ inputs: { x }, attrs, device }) => rowWays(rowsAlong(x.shape, attrs.from, attrs.to), device),
  lower: ({ inputs: { x }, output: y, attrs, device, variant }) => {
    const rows = rowsAlong(x.shape, attrs.from, attrs.to);
    return [dispatchRows(forward, rows, variant, device, { buffers: { x, y }, uniforms: rows })];
  },
  // Over channels the op is pointwise in space.
  window: { of: ['x'], possible: ({ to }) => to <= 2 },
  vjp: (tape, { output: y, cotangent: dy, attrs }) => ({ x: tape.apply(dx, { y, dy }, attrs) }),
});
