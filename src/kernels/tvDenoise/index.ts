// Total variation denoising of each image by split Bregman iterations, on the device, a fixed number of sweeps. No gradient.
import { f32, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { dims4, expectShape } from '../dims.js';
import wgsl from './tv_denoise.wgsl?raw';

const half = kernel({
  name: 'tv_denoise',
  wgsl,
  buffers: { x: 'read', mean: 'read', step: 'read', state: 'write', y: 'write' },
  uniforms: {
    n: 'u32',
    size: 'u32',
    H: 'i32',
    W: 'i32',
    weight: 'f32',
    lastWeight: 'f32',
    last: 'u32',
    every: 'u32',
  },
  constants: ['PARITY', 'FIRST'],
  longGrid: 'fold',
});
export const kernels = [half];

export interface Attrs {
  /** How closely the result follows the image: the smaller, the smoother. Above 0. */
  readonly weight: Scalar;
  /** The weight at step `last`; in between it changes by the same amount at each step. */
  readonly lastWeight: Scalar;
  readonly last: Scalar;
  /** Denoises on steps divisible by this number; 0 means never. */
  readonly every: Scalar;
  readonly sweeps: number;
}

/** Denoises each channel of x + mean, for x `[N, C, H, W]` and mean `[C, H, W]`, and takes the mean off again. `step` is u32 `[1]`. */
export const op = defineOp({
  name: 'tv_denoise',
  inputs: ['x', 'mean', 'step'],
  infer: ({ x, mean }: { x: Spec; mean: Spec; step: Spec }, _: Attrs) => {
    const [, ...image] = dims4('tv_denoise', 'x', x);
    expectShape('tv_denoise', 'mean', mean.shape, image, "one image's shape");
    return x;
  },
  lower: ({ inputs: { x, mean, step }, output: y, attrs: { sweeps, ...numbers }, scratch }) => {
    const [N, C, H, W] = x.shape;
    const n = N * C * H * Math.ceil(W / 2);
    const state = scratch(f32(...x.shape, 4));
    const call = { buffers: { x, mean, step, state, y }, uniforms: { n, size: sizeOf(mean.shape), H, W, ...numbers } };
    return Array.from({ length: 2 * sweeps }, (_, i) =>
      dispatch(half, { ...call, constants: { PARITY: i % 2, FIRST: i < 2 ? 1 : 0 }, threads: [n] }),
    );
  },
});
