// Filters over a window around each pixel that keep edges: the bilateral filter and the median. They see the image with its mean
// added. No gradient.
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { dims4, expectShape } from '../dims.js';
import { reflect } from '../libraries.js';
import bilateralSource from './bilateral.wgsl?raw';
import medianSource from './median.wgsl?raw';

/** Greatest radius of the median's window. */
export const MOST_RADIUS = 3;
/** Channels that a thread computes, which have their weights in common. */
const BLOCK = 4;

const byColour = kernel({
  name: 'bilateral',
  wgsl: bilateralSource,
  uses: [reflect],
  buffers: { x: 'read', mean: 'read', step: 'read', y: 'write' },
  uniforms: { n: 'u32', C: 'u32', H: 'i32', W: 'i32', sigma: 'f32', rho: 'f32', every: 'u32' },
  longGrid: 'fold',
});
const byRank = kernel({
  name: 'median',
  wgsl: medianSource,
  uses: [reflect],
  buffers: { x: 'read', mean: 'read', step: 'read', y: 'write' },
  uniforms: { n: 'u32', size: 'u32', H: 'i32', W: 'i32', radius: 'i32', every: 'u32' },
  longGrid: 'fold',
});
export const kernels = [byColour, byRank];

interface Inputs {
  readonly x: Spec;
  readonly mean: Spec;
  readonly step: Spec;
}

function sameImage(op: string, { x, mean }: Inputs): Spec {
  const [, ...image] = dims4(op, 'x', x);
  expectShape(op, 'mean', mean.shape, image, "one image's shape");
  return x;
}

export interface BilateralAttrs {
  /** Standard deviation of the distance in pixels, and of the distance in colour. */
  readonly sigma: Scalar;
  readonly rho: Scalar;
  /** Filters on steps divisible by this number; 0 means never. */
  readonly every: Scalar;
}

/** The bilateral filter (Tomasi & Manduchi 1998) of x + mean, for x `[N, C, H, W]`, mean `[C, H, W]` and step u32 `[1]`. */
export const bilateral = defineOp({
  name: 'bilateral',
  inputs: ['x', 'mean', 'step'],
  infer: (inputs: Inputs, _: BilateralAttrs) => sameImage('bilateral', inputs),
  lower: ({ inputs: { x, mean, step }, output: y, attrs }) => {
    const [N, C, H, W] = x.shape;
    const n = N * Math.ceil(C / BLOCK) * H * W;
    return [dispatch(byColour, { buffers: { x, mean, step, y }, uniforms: { n, C, H, W, ...attrs }, threads: [n] })];
  },
});

export interface MedianAttrs {
  /** Pixels on each side of the centre, at most MOST_RADIUS. */
  readonly radius: Scalar;
  /** Filters on steps divisible by this number; 0 means never. */
  readonly every: Scalar;
}

/** The median of each channel over a square, for x `[N, C, H, W]`, mean `[C, H, W]` and step u32 `[1]`. */
export const median = defineOp({
  name: 'median',
  inputs: ['x', 'mean', 'step'],
  infer: (inputs: Inputs, _: MedianAttrs) => sameImage('median', inputs),
  lower: ({ inputs: { x, mean, step }, output: y, attrs }) => {
    const [, , H, W] = x.shape;
    const n = sizeOf(x.shape);
    const uniforms = { n, size: sizeOf(mean.shape), H, W, ...attrs };
    return [dispatch(byRank, { buffers: { x, mean, step, y }, uniforms, threads: [n] })];
  },
});
