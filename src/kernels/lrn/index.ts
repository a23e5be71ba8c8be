// Local response normalization (Krizhevsky et al. 2012 §3.3): across channels here, within a channel in ../lrnWithin. Both
// divide by a power of a windowed sum of squares. Only the window differs.
import { ShapeError } from '../../core/errors.js';
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import type { WgslLibrary } from '../../gpu/wgsl.js';
import { defineOp, dispatch, type Tape, type Value, type VjpArgs } from '../../graph/tape.js';
import { slidingNeeds } from '../../graph/windows.js';
import { dims4 } from '../dims.js';
import forwardSource from './lrn.wgsl?raw';
import acrossSource from './lrn_across.wgsl?raw';
import acrossBackwardSource from './lrn_across_dx.wgsl?raw';
import backwardSource from './lrn_dx.wgsl?raw';
import scaleSource from './lrn_scale.wgsl?raw';
import termSource from './lrn_term.wgsl?raw';
import windowSource from './lrn_window.wgsl?raw';

export interface Attrs {
  /** Number of channels in the window; odd. */
  readonly size: number;
  /** `s = k + alpha/size · Σ x²` and `y = x · s^−beta`. */
  readonly alpha: number;
  readonly beta: number;
  readonly k: number;
}

/** A window of ±hc channels, ±hh rows, ±hw columns, and the constants of the formula: `a` is alpha divided by its size. */
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
  uniforms: { N: 'u32', ...window, k: 'f32' },
  workgroup: [64, 1, 1],
  longGrid: 'turns',
});
const forward = kernel({
  name: 'lrn',
  wgsl: forwardSource,
  buffers: { x: 'read', s: 'read', y: 'write' },
  uniforms: { n: 'u32', beta: 'f32' },
  longGrid: 'fold',
});
const term = kernel({
  name: 'lrn_term',
  wgsl: termSource,
  buffers: { x: 'read', s: 'read', dy: 'read', t: 'write' },
  uniforms: { n: 'u32', beta: 'f32' },
  longGrid: 'fold',
});
const backward = kernel({
  name: 'lrn_dx',
  wgsl: backwardSource,
  buffers: { x: 'read', s: 'read', t: 'read', dy: 'read', dx: 'write' },
  uniforms: { N: 'u32', ...window, beta: 'f32' },
  workgroup: [64, 1, 1],
  longGrid: 'turns',
});
const across = {
  uniforms: { N: 'u32', C: 'i32', plane: 'i32', run: 'i32', a: 'f32', k: 'f32', beta: 'f32' },
  constants: ['WIDE', 'THREE_QUARTERS'],
  workgroup: [64, 1, 1],
  longGrid: 'turns',
} as const;
const acrossWindow: WgslLibrary = { name: 'lrn_window', wgsl: windowSource };
const acrossForward = kernel({
  name: 'lrn_across',
  wgsl: acrossSource,
  uses: [acrossWindow],
  buffers: { x: 'read', y: 'write' },
  ...across,
  longGrid: 'turns',
});
const acrossBackward = kernel({
  name: 'lrn_across_dx',
  wgsl: acrossBackwardSource,
  uses: [acrossWindow],
  buffers: { x: 'read', dy: 'read', dx: 'write' },
  ...across,
  longGrid: 'turns',
});
export const kernels = [scaleKernel, forward, term, backward, acrossForward, acrossBackward];

/** Channels per thread: few enough to fill a GPU, many enough that the window's edge is rarely read twice. */
const RUN = 32;

/** Three or five channels, as in nearly every net: one pass forward and one backward. */
const isNarrow = ({ hc, hh, hw }: Window): boolean => (hc === 1 || hc === 2) && hh === 0 && hw === 0;

function acrossLaunch(x: Value, { hc, a, k, beta }: Window) {
  const [N, C, H, W] = x.shape;
  const threads: [number, number, number] = [H * W, Math.ceil(C / RUN), N];
  return {
    uniforms: { N, C, plane: H * W, run: RUN, a, k, beta },
    constants: { WIDE: hc === 2 ? 1 : 0, THREE_QUARTERS: beta === 0.75 ? 1 : 0 },
    threads,
  };
}

const onePass = defineOp({
  name: 'lrn_across',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: Window) => x,
  lower: ({ inputs: { x }, output: y, attrs }) => [
    dispatch(acrossForward, { buffers: { x, y }, ...acrossLaunch(x, attrs) }),
  ],
});

const onePassDx = defineOp({
  name: 'lrn_across_dx',
  inputs: ['x', 'dy'],
  infer: ({ x }: { x: Spec; dy: Spec }, _: Window) => x,
  lower: ({ inputs: { x, dy }, output, attrs }) => [
    dispatch(acrossBackward, { buffers: { x, dy, dx: output }, ...acrossLaunch(x, attrs) }),
  ],
});

const sizes = (x: Value, { hc, hh, hw, a }: Window) => {
  const [N, C, H, W] = x.shape;
  return { N, C, H, W, hc, hh, hw, a };
};
const grid = (x: Value): [number, number, number] => {
  const [N, C, H, W] = x.shape;
  return [H * W, C, N];
};

/** The denominator `s`. The forward and the backward pass use it; the plan computes it once. */
const denominator = defineOp({
  name: 'lrn_scale',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: Window) => x,
  lower: ({ inputs: { x }, output: s, attrs }) => [
    dispatch(scaleKernel, { buffers: { x, s }, uniforms: { ...sizes(x, attrs), k: attrs.k }, threads: grid(x) }),
  ],
});

/** `x · s^−beta`. */
const quotient = defineOp({
  name: 'lrn_quotient',
  inputs: ['x', 's'],
  infer: ({ x }: { x: Spec; s: Spec }, _: Window) => x,
  lower: ({ inputs: { x, s }, output: y, attrs: { beta } }) => {
    const n = sizeOf(x.shape);
    return [dispatch(forward, { buffers: { x, s, y }, uniforms: { n, beta }, threads: [n] })];
  },
});

const dx = defineOp({
  name: 'lrn_dx',
  inputs: ['x', 's', 'dy'],
  infer: ({ x }: { x: Spec; s: Spec; dy: Spec }, _: Window) => x,
  lower: ({ inputs: { x, s, dy }, output, attrs, scratch }) => {
    const n = sizeOf(x.shape);
    const { beta } = attrs;
    const t = scratch(x);
    return [
      dispatch(term, { buffers: { x, s, dy, t }, uniforms: { n, beta }, threads: [n] }),
      dispatch(backward, {
        buffers: { x, s, t, dy, dx: output },
        uniforms: { ...sizes(x, attrs), beta },
        threads: grid(x),
      }),
    ];
  },
});

/** An LRN op whose window is `windowOf(attrs)`. */
export function defineLrn<A extends object>(name: string, windowOf: (attrs: A) => Window) {
  return defineOp({
    name,
    inputs: ['x'],
    passesZeros: true,
    infer: ({ x }: { x: Spec }, attrs: A) => {
      dims4(name, 'x', x);
      const { hc, hh, hw } = windowOf(attrs);
      if (![hc, hh, hw].every(Number.isInteger)) throw new ShapeError(name, 'size must be odd');
      return x;
    },
    window: {
      of: ['x'],
      // Across channels the op is pointwise in space. A window within a channel would treat the crop as a border.
      possible: (attrs) => windowOf(attrs).hh === 0 && windowOf(attrs).hw === 0,
      needs: (attrs, region) => {
        const { hh, hw } = windowOf(attrs);
        return slidingNeeds(region, [2 * hh + 1, 2 * hw + 1], [1, 1], [hh, hw]);
      },
    },
    specialize: (tape, { inputs: { x }, attrs }) => {
      const win = windowOf(attrs);
      if (isNarrow(win)) return tape.apply(onePass, { x }, win);
      return tape.apply(quotient, { x, s: tape.apply(denominator, { x }, win) }, win);
    },
    lower: () => {
      throw new ShapeError(name, 'internal: it is made of others before it is lowered');
    },
    vjp: (tape: Tape, { inputs: { x }, cotangent: dy, attrs }: VjpArgs<'x', A>) => {
      const win = windowOf(attrs);
      if (isNarrow(win)) return { x: tape.apply(onePassDx, { x, dy }, win) };
      return { x: tape.apply(dx, { x, s: tape.apply(denominator, { x }, win), dy }, win) };
    },
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
