// Local response normalization (Krizhevsky et al. 2012 §3.3): across channels here, within a channel in ../lrnWithin.
// Both divide by a power of a windowed sum of squares; they differ in the window alone.
import { ShapeError } from '../../core/errors.js';
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Tape, type Value, type VjpArgs } from '../../graph/tape.js';
import { dims4 } from '../dims.js';
import forwardSource from './lrn.wgsl?raw';
import backwardSource from './lrn_dx.wgsl?raw';
import scaleSource from './lrn_scale.wgsl?raw';
import termSource from './lrn_term.wgsl?raw';

export * from './import.js';

export interface Attrs {
  /** Channels in the window, odd. */
  readonly size: number;
  /** `s = k + alpha/size · Σ x²` and `y = x · s^−beta`. */
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/** A window of ±hc channels, ±hh rows, ±hw columns, and the numbers of the formula: `a` is alpha over its size. */
export interface Window {
  readonly hc: number;
  readonly hh: number;
  readonly hw: number;
  readonly a: number;
  readonly beta: number;
  readonly k: number;
}

const window = { C: 'i32', H: 'i32', W: 'i32', hc: 'i32', hh: 'i32', hw: 'i32', a: 'f32' } as const;
const scaleKernel = kernel({
  name: 'lrn_scale',
  wgsl: scaleSource,
  buffers: { x: 'read', s: 'write' },
  uniforms: { n: 'u32', ...window, k: 'f32' },
  workgroup: [64],
});
const forward = kernel({
  name: 'lrn',
  wgsl: forwardSource,
  buffers: { x: 'read', s: 'read', y: 'write' },
  uniforms: { n: 'u32', beta: 'f32' },
  workgroup: [64],
});
const term = kernel({
  name: 'lrn_term',
  wgsl: termSource,
  buffers: { x: 'read', s: 'read', dy: 'read', t: 'write' },
  uniforms: { n: 'u32', beta: 'f32' },
  workgroup: [64],
});
const backward = kernel({
  name: 'lrn_dx',
  wgsl: backwardSource,
  buffers: { x: 'read', s: 'read', t: 'read', dy: 'read', dx: 'write' },
  uniforms: { n: 'u32', ...window, beta: 'f32' },
  workgroup: [64],
});
export const kernels = [scaleKernel, forward, term, backward];

const sizes = (x: Value, { hc, hh, hw, a }: Window) => {
  const [, C, H, W] = x.shape;
  return { n: sizeOf(x.shape), C, H, W, hc, hh, hw, a };
};

const dx = defineOp({
  name: 'lrn_dx',
  inputs: ['x', 'dy'],
  infer: ({ x }: { x: Spec; dy: Spec }, _: Window) => x,
  lower: ({ inputs: { x, dy }, output, attrs, scratch }) => {
    const { n, ...rest } = sizes(x, attrs);
    const { beta, k } = attrs;
    const s = scratch(x);
    const t = scratch(x);
    return [
      dispatch(scaleKernel, { buffers: { x, s }, uniforms: { n, ...rest, k }, threads: [n] }),
      dispatch(term, { buffers: { x, s, dy, t }, uniforms: { n, beta }, threads: [n] }),
      dispatch(backward, { buffers: { x, s, t, dy, dx: output }, uniforms: { n, ...rest, beta }, threads: [n] }),
    ];
  },
});

/** An LRN op whose window is `windowOf(attrs)`. */
export function defineLrn<A extends object>(name: string, windowOf: (attrs: A) => Window) {
  return defineOp({
    name,
    inputs: ['x'],
    infer: ({ x }: { x: Spec }, attrs: A) => {
      dims4(name, 'x', x);
      const { hc, hh, hw } = windowOf(attrs);
      if (![hc, hh, hw].every(Number.isInteger)) throw new ShapeError(name, 'size must be odd');
      return x;
    },
    lower: ({ inputs: { x }, output: y, attrs, scratch }) => {
      const win = windowOf(attrs);
      const s = scratch(x);
      const { n, ...rest } = sizes(x, win);
      return [
        dispatch(scaleKernel, { buffers: { x, s }, uniforms: { n, ...rest, k: win.k }, threads: [n] }),
        dispatch(forward, { buffers: { x, s, y }, uniforms: { n, beta: win.beta }, threads: [n] }),
      ];
    },
    vjp: (tape: Tape, { inputs: { x }, cotangent: dy, attrs }: VjpArgs<'x', A>) => ({
      x: tape.apply(dx, { x, dy }, windowOf(attrs)),
    }),
  });
}

/** Across channels: `s_c = k + alpha/size · Σ_{|j−c| ≤ (size−1)/2} x_j²`. */
export const op = defineLrn('lrn', ({ size, alpha, beta, k }: Attrs) => ({
  hc: (size - 1) / 2,
  hh: 0,
  hw: 0,
  a: alpha / size,
  beta,
  k,
}));
