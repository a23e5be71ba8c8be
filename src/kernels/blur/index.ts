// Separable Gaussian blur as scipy.ndimage.gaussian_filter does it: mode 'reflect', truncate 4.
import { ShapeError } from '../../core/errors.js';
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { dims4 } from '../dims.js';
import { reflect } from '../libraries.js';
import wgsl from './blur.wgsl?raw';

/** Maximum radius in pixels; enough for σ up to 32. */
export const MAX_RADIUS = 128;

export interface Attrs {
  /** Pixels that are read on each side of the centre. */
  readonly radius: Scalar;
  /** Blurs on steps divisible by this number; 0 means never. */
  readonly every: Scalar;
}

const pass = kernel({
  name: 'blur',
  wgsl,
  uses: [reflect],
  buffers: { x: 'read', taps: 'read', step: 'read', y: 'write' },
  uniforms: { n: 'u32', H: 'i32', W: 'i32', radius: 'i32', every: 'u32' },
  constants: ['VERTICAL'],
  workgroup: [8, 8, 1],
  longGrid: 'turns',
});
export const kernels = [pass];

/** Weights `exp(−k²/2σ²)`, normalized, for k = 0..radius with radius = ⌊4σ + ½⌋; padded with zeros to MAX_RADIUS + 1. */
export function gaussianTaps(sigma: number): { radius: number; taps: Float32Array } {
  const radius = Math.floor(4 * sigma + 0.5);
  const taps = new Float32Array(MAX_RADIUS + 1);
  const weights = Array.from({ length: radius + 1 }, (_, k) =>
    sigma > 0 ? Math.exp((-k * k) / (2 * sigma * sigma)) : 1,
  );
  const total = weights[0] + 2 * weights.slice(1).reduce((sum, w) => sum + w, 0);
  weights.forEach((w, k) => {
    taps[k] = w / total;
  });
  return { radius, taps };
}

/** Blurs each plane of x `[N,C,H,W]` with taps `[MAX_RADIUS + 1]` when `step % every == 0`. */
export const op = defineOp({
  name: 'blur',
  inputs: ['x', 'taps', 'step'],
  infer: ({ x, taps }: { x: Spec; taps: Spec; step: Spec }, _: Attrs) => {
    dims4('blur', 'x', x);
    if (sizeOf(taps.shape) !== MAX_RADIUS + 1) throw new ShapeError('blur', `taps must be [${MAX_RADIUS + 1}]`);
    return x;
  },
  lower: ({ inputs: { x, taps, step }, output: y, attrs: { radius, every }, scratch }) => {
    const [N, C, H, W] = x.shape;
    const n = N * C;
    const threads = [Math.ceil(W / 4), H, n] as const;
    const half = scratch(x);
    const uniforms = { n, H, W, radius, every };
    return [
      dispatch(pass, { buffers: { x, taps, step, y: half }, uniforms, constants: { VERTICAL: 1 }, threads }),
      dispatch(pass, { buffers: { x: half, taps, step, y }, uniforms, constants: { VERTICAL: 0 }, threads }),
    ];
  },
});
