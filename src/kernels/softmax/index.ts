// Softmax over one axis or several adjacent ones, and its gradient.
import { type Spec, sizeBetween } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Value } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import forwardSource from './softmax.wgsl?raw';
import backwardSource from './softmax_dx.wgsl?raw';

export interface Attrs {
  /** Axes `from` up to, not including, `to` sum to one together. */
  readonly from: number;
  readonly to: number;
}

const GROUP = 64;
const uniforms = { outer: 'u32', L: 'u32', inner: 'u32' } as const;
const forward = kernel({
  name: 'softmax',
  wgsl: forwardSource,
  buffers: { x: 'read', y: 'write' },
  uniforms,
  workgroup: [GROUP],
});
const backward = kernel({
  name: 'softmax_dx',
  wgsl: backwardSource,
  buffers: { y: 'read', dy: 'read', dx: 'write' },
  uniforms,
  workgroup: [GROUP],
});
export const kernels = [forward, backward];

const sizes = (x: Value, { from, to }: Attrs) => ({
  outer: sizeBetween(x.shape, 0, from),
  L: sizeBetween(x.shape, from, to),
  inner: sizeBetween(x.shape, to),
});

const dx = defineOp({
  name: 'softmax_dx',
  inputs: ['y', 'dy'],
  infer: ({ y }: { y: Spec; dy: Spec }, _: Attrs) => y,
  lower: ({ inputs: { y, dy }, output, attrs }) => {
    const rows = sizes(y, attrs);
    return [
      dispatch(backward, {
        buffers: { y, dy, dx: output },
        uniforms: rows,
        threads: [rows.outer * rows.inner * GROUP],
      }),
    ];
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
  lower: ({ inputs: { x }, output: y, attrs }) => {
    const rows = sizes(x, attrs);
    return [dispatch(forward, { buffers: { x, y }, uniforms: rows, threads: [rows.outer * rows.inner * GROUP] })];
  },
  // Over channels it is pointwise in space.
  window: { of: ['x'], possible: ({ to }) => to <= 2 },
  vjp: (tape, { output: y, cotangent: dy, attrs }) => ({ x: tape.apply(dx, { y, dy }, attrs) }),
});
