// Fully connected layer (Caffe's InnerProduct, ONNX's Gemm) and its gradients.
import { ShapeError } from '../../core/errors.js';
import { f32, formatShape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { defineOp, type Op } from '../../graph/tape.js';
import { op as biasGrad } from '../biasGrad/index.js';
import { expectShape, normalizeAxis } from '../dims.js';
import { op as reshape } from '../reshape/index.js';
import { columnsOf, halved, halveKernel } from './matrix.js';
import type { DwAttrs } from './variants/dwPlain.js';
import type { DxAttrs } from './variants/dxParts.js';
import { FORWARD, kernels as fast, TO_W, TO_X } from './variants/index.js';
import { firstFitting, type Sizes } from './variants/variant.js';

export interface Attrs {
  /** Axes from here on are one vector; those before it are the batch. */
  readonly axis: number;
  /** Slope of a fused ReLU for negative values. Set by the fusion pass. */
  readonly relu?: number;
}

export const kernels = [...fast, halveKernel];

/** Sizes of x times w, or of a product of their shapes. */
const sizesOf = (x: Spec, w: Spec): Sizes => {
  const K = columnsOf(w);
  return { N: sizeOf(x.shape) / K, M: w.shape[0], K };
};

/** `∂loss/∂x`. */
const dx: Op<'dy' | 'w', DxAttrs> = defineOp({
  name: 'fc_dx',
  inputs: ['dy', 'w'],
  infer: (_, { shape }: DxAttrs): Spec => ({ shape, dtype: 'f32' }),
  lower: (lowering) => {
    const sizes = sizesOf(lowering.output, lowering.inputs.w);
    return firstFitting(TO_X, sizes, lowering.device).launch(lowering, sizes);
  },
  specialize: (tape, { inputs: { dy, w }, attrs, device, isConstant }) => {
    const half = halved(tape, w, device, isConstant);
    return half && tape.apply(dx, { dy, w: half }, attrs);
  },
});

/** `∂loss/∂w`. */
const dw = defineOp({
  name: 'fc_dw',
  inputs: ['x', 'dy'],
  infer: (_, { shape }: DwAttrs): Spec => ({ shape, dtype: 'f32' }),
  lower: (lowering) => {
    const sizes = sizesOf(lowering.inputs.x, lowering.output);
    return firstFitting(TO_W, sizes, lowering.device).launch(lowering, sizes);
  },
});

/** `y = x wᵀ + b` for x `[..., K axes]`, w `[M, K]`, b `[M]`, giving `[..., M]`. */
export const op: Op<'x' | 'w' | 'b', Attrs> = defineOp({
  name: 'fc',
  inputs: ['x', 'w', 'b'],
  // A product with weights makes its channels last.
  channelAxis: ({ output }) => output.shape.length - 1,
  // One product per output and input.
  macs: ({ w }, y) => sizeOf(y.shape) * w.shape[1],
  infer: ({ x, w, b }: { x: Spec; w: Spec; b: Spec }, attrs: Attrs): Spec => {
    const axis = normalizeAxis('fc', attrs.axis, x.shape.length);
    const K = sizeBetween(x.shape, axis);
    if (w.shape.length !== 2 || columnsOf(w) !== K) {
      throw new ShapeError(
        'fc',
        `w must be [M,${K}] for x ${formatShape(x.shape)} from axis ${axis}, got ${formatShape(w.shape)}`,
      );
    }
    expectShape('fc', 'b', b.shape, [w.shape[0]], 'one bias per output');
    return f32(...x.shape.slice(0, axis), w.shape[0]);
  },
  variants: ({ inputs: { x, w }, device }) => {
    const sizes = sizesOf(x, w);
    return firstFitting(FORWARD, sizes, device).ways?.(sizes, device) ?? [];
  },
  lower: (lowering) => {
    const sizes = sizesOf(lowering.inputs.x, lowering.inputs.w);
    return firstFitting(FORWARD, sizes, lowering.device).launch(lowering, sizes);
  },
  vjp: (tape, { inputs: { x, w }, cotangent: dy, needs }) => ({
    ...(needs.x && { x: tape.apply(dx, { dy, w }, { shape: x.shape }) }),
    ...(needs.w && { w: tape.apply(dw, { x, dy }, { shape: w.shape }) }),
    ...(needs.b && {
      b: tape.apply(biasGrad, { dy: tape.apply(reshape, { x: dy }, { shape: [-1, w.shape[0]] }) }, {}),
    }),
  }),
  specialize: (tape, { inputs: { x, w, b }, attrs, device, isConstant }) => {
    const half = halved(tape, w, device, isConstant);
    return half && tape.apply(op, { x, w: half, b }, attrs);
  },
  fuse: (attrs, epilogue) =>
    attrs.relu === undefined && epilogue.kind === 'relu' ? { ...attrs, relu: epilogue.slope } : undefined,
});
