// Samples each image through an affine map of its own: shifts, rotations, zooms and flips, however many, in one pass.
import { f32, type Spec } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import type { WgslLibrary } from '../../gpu/wgsl.js';
import { defineOp, dispatch, type Op, type Scalar } from '../../graph/tape.js';
import { dims4, expectShape, type Pair } from '../dims.js';
import forwardSource from './affine_sample.wgsl?raw';
import backwardSource from './affine_sample_dx.wgsl?raw';
import tapsSource from './affine_sample_taps.wgsl?raw';

const MODES = { zero: 0, constant: 0, border: 1, reflect: 2, wrap: 3 } as const;
/**
 * What is beyond the border: zeros; a constant; the nearest pixel; the image in mirror image with its outermost pixels repeated
 * (d c b a | a b c d | d c b a, scipy's `reflect`, grid_sample's `reflection` with align_corners=False); the image again.
 */
export type Border = keyof typeof MODES;
export const BORDERS = Object.keys(MODES) as readonly Border[];

export interface Attrs {
  readonly border: Border;
  /** Size of the output, by default that of x. */
  readonly size?: Pair;
  /** What is beyond the border where that is a constant. */
  readonly value?: Scalar;
}

const sizes = { n: 'u32', C: 'u32', H: 'i32', W: 'i32', P: 'i32', Q: 'i32' } as const;
const taps: WgslLibrary = { name: 'affine_sample_taps', wgsl: tapsSource };
const forward = kernel({
  name: 'affine_sample',
  wgsl: forwardSource,
  uses: [taps],
  buffers: { x: 'read', theta: 'read', y: 'write' },
  uniforms: { ...sizes, value: 'f32' },
  constants: ['MODE'],
  longGrid: 'fold',
});
const backward = kernel({
  name: 'affine_sample_dx',
  wgsl: backwardSource,
  uses: [taps],
  buffers: { theta: 'read', dy: 'read', dx: 'write' },
  uniforms: sizes,
  constants: ['MODE'],
  longGrid: 'fold',
});
export const kernels = [forward, backward];

/** Channels that a thread computes, which have their weights in common. */
const BLOCK = 4;

const dx = defineOp({
  name: 'affine_sample_dx',
  inputs: ['theta', 'dy'],
  infer: ({ dy }: { theta: Spec; dy: Spec }, { size: [H, W] }: { readonly border: Border; readonly size: Pair }) =>
    f32(dy.shape[0], dy.shape[1], H, W),
  lower: ({ inputs: { theta, dy }, output, attrs: { border } }) => {
    const [N, C, H, W] = output.shape;
    const [, , P, Q] = dy.shape;
    const n = N * Math.ceil(C / BLOCK) * H * W;
    return [
      dispatch(backward, {
        buffers: { theta, dy, dx: output },
        uniforms: { n, C, H, W, P, Q },
        constants: { MODE: MODES[border] },
        threads: [n],
      }),
    ];
  },
});

/**
 * x `[N, C, H, W]` through the maps theta `[N, 6]`, giving `[N, C, P, Q]`. A map is two rows of three, for row and column: the place
 * in x of an output pixel is `centre of x + A·(pixel − centre of y) + t`, in pixels. What lies between pixels is bilinear. There is
 * a gradient of x, and none of theta. Places must be finite, and within a million pixels of the image.
 */
export const op: Op<'x' | 'theta', Attrs> = defineOp({
  name: 'affine_sample',
  inputs: ['x', 'theta'],
  infer: ({ x, theta }: { x: Spec; theta: Spec }, { size }: Attrs) => {
    const [N, C, H, W] = dims4('affine_sample', 'x', x);
    expectShape('affine_sample', 'theta', theta.shape, [N, 6], 'a 2×3 map for each image');
    return f32(N, C, ...(size ?? [H, W]));
  },
  lower: ({ inputs: { x, theta }, output: y, attrs: { border, value = 0 } }) => {
    const [N, C, H, W] = x.shape;
    const [, , P, Q] = y.shape;
    const n = N * Math.ceil(C / BLOCK) * P * Q;
    return [
      dispatch(forward, {
        buffers: { x, theta, y },
        uniforms: { n, C, H, W, P, Q, value: border === 'constant' ? value : 0 },
        constants: { MODE: MODES[border] },
        threads: [n],
      }),
    ];
  },
  vjp: (tape, { inputs: { x, theta }, cotangent: dy, attrs: { border } }) => {
    const [, , H, W] = x.shape;
    return { x: tape.apply(dx, { theta, dy }, { border, size: [H, W] }) };
  },
});
