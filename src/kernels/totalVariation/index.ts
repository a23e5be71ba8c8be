// Total variation of each image, isotropic, with an exponent (Mahendran & Vedaldi 2015, eq. 3), and its gradient.
import { f32, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import { defineOp, dispatch, type Op, type Scalar } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { dims4 } from '../dims.js';
import { op as reshape } from '../reshape/index.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import sumSource from './total_variation.wgsl?raw';
import gradientSource from './total_variation_gradient.wgsl?raw';

export interface Attrs {
  /** The exponent of the length of a pixel's gradient: 1 for the length itself, 2 for its square. */
  readonly beta: Scalar;
  /** Added to the square of that length, above 0: below 2, the slope at 0 would be infinite. */
  readonly smoothing: Scalar;
}

const sum = rowKernel({
  name: 'total_variation',
  wgsl: sumSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: { N: 'u32', size: 'u32', H: 'u32', W: 'u32', beta: 'f32', smooth_: 'f32' },
});
const slope = kernel({
  name: 'total_variation_gradient',
  wgsl: gradientSource,
  buffers: { x: 'read', g: 'write' },
  uniforms: { n: 'u32', H: 'u32', W: 'u32', beta: 'f32', smooth_: 'f32' },
  longGrid: 'fold',
});
export const kernels = [sum, slope];

/** `∂ totalVariation / ∂x` `[N, C, H, W]`. */
export const totalVariationGradient = defineOp({
  name: 'total_variation_gradient',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: Attrs) => {
    dims4('total_variation_gradient', 'x', x);
    return x;
  },
  lower: ({ inputs: { x }, output: g, attrs: { beta, smoothing } }) => {
    const [, , H, W] = x.shape;
    const n = sizeOf(x.shape);
    return [dispatch(slope, { buffers: { x, g }, uniforms: { n, H, W, beta, smooth_: smoothing }, threads: [n] })];
  },
});

/**
 * `Σ (dx² + dy² + smoothing)^(beta/2)` over the pixels of each channel of x `[N, C, H, W]`, giving `[N]`. Forward differences, 0 in
 * the last column and row.
 */
export const totalVariation: Op<'x', Attrs> = defineOp({
  name: 'total_variation',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: Attrs) => f32(dims4('total_variation', 'x', x)[0]),
  variants: ({ inputs: { x }, device }) => rowWays(rowsAlong(x.shape, 1), device),
  lower: ({ inputs: { x }, output: y, attrs: { beta, smoothing }, device, variant }) => {
    const rows = rowsAlong(x.shape, 1);
    const [, , H, W] = x.shape;
    return [
      dispatchRows(sum, rows, variant, device, {
        buffers: { x, y },
        uniforms: { N: rows.outer, size: rows.L, H, W, beta, smooth_: smoothing },
      }),
    ];
  },
  vjp: (tape, { inputs: { x }, cotangent, attrs }) => {
    const dy = tape.apply(reshape, { x: cotangent }, { shape: [-1, 1, 1, 1] });
    return { x: binary(tape, 'mul', tape.apply(totalVariationGradient, { x }, attrs), dy) };
  },
});
