// Fully connected layer (Caffe's InnerProduct, ONNX's Gemm) and its gradients.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import type { Macs } from '../../graph/model.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import { op as biasGrad } from '../biasGrad/index.js';
import { expectShape, normalizeAxis } from '../dims.js';
import { op as reshape } from '../reshape/index.js';
import forwardSource from './fc.wgsl?raw';
import dwSource from './fc_dw.wgsl?raw';
import dxSource from './fc_dx.wgsl?raw';

export * from './import.js';

export interface Attrs {
  /** Axes from here on are one vector; those before it are the batch. */
  readonly axis: number;
  /** Slope of a fused ReLU for negative values. Set by the fusion pass. */
  readonly relu?: number;
}

const GROUP = 64;
const sizes = { N: 'u32', M: 'u32', K: 'u32' } as const;
const forward = kernel({
  name: 'fc',
  wgsl: forwardSource,
  buffers: { x: 'read', w: 'read', b: 'read', y: 'write' },
  uniforms: { ...sizes, slope: 'f32' },
  constants: ['RELU'],
  workgroup: [GROUP],
});
const backwardData = kernel({
  name: 'fc_dx',
  wgsl: dxSource,
  buffers: { dy: 'read', w: 'read', dx: 'write' },
  uniforms: sizes,
  workgroup: [GROUP],
});
const backwardWeights = kernel({
  name: 'fc_dw',
  wgsl: dwSource,
  buffers: { x: 'read', dy: 'read', dw: 'write' },
  uniforms: sizes,
  workgroup: [GROUP],
});
export const kernels = [forward, backwardData, backwardWeights];

/** `∂loss/∂x`. `attrs.shape` is x's. */
const dx = defineOp({
  name: 'fc_dx',
  inputs: ['dy', 'w'],
  infer: (_, { shape }: { readonly shape: Shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { dy, w }, output }) => {
    const [M, K] = w.shape;
    const N = sizeOf(dy.shape) / M;
    return [dispatch(backwardData, { buffers: { dy, w, dx: output }, uniforms: { N, M, K }, threads: [N * K] })];
  },
});

/** `∂loss/∂w`. `attrs.shape` is w's. */
const dw = defineOp({
  name: 'fc_dw',
  inputs: ['x', 'dy'],
  infer: (_, { shape }: { readonly shape: Shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { x, dy }, output }) => {
    const [M, K] = output.shape;
    const N = sizeOf(dy.shape) / M;
    return [dispatch(backwardWeights, { buffers: { x, dy, dw: output }, uniforms: { N, M, K }, threads: [M * K] })];
  },
});

/** `y = x wᵀ + b` for x `[..., K axes]`, w `[M, K]`, b `[M]`, giving `[..., M]`. */
export const op = defineOp({
  name: 'fc',
  inputs: ['x', 'w', 'b'],
  infer: ({ x, w, b }: { x: Spec; w: Spec; b: Spec }, attrs: Attrs): Spec => {
    const axis = normalizeAxis('fc', attrs.axis, x.shape.length);
    const K = sizeBetween(x.shape, axis);
    if (w.shape.length !== 2 || w.shape[1] !== K) {
      throw new ShapeError(
        'fc',
        `w must be [M,${K}] for x ${formatShape(x.shape)} from axis ${axis}, got ${formatShape(w.shape)}`,
      );
    }
    expectShape('fc', 'b', b.shape, [w.shape[0]], 'one bias per output');
    return { shape: [...x.shape.slice(0, axis), w.shape[0]], dtype: 'f32' };
  },
  lower: ({ inputs: { x, w, b }, output: y, attrs }) => {
    const [M, K] = w.shape;
    const N = sizeOf(y.shape) / M;
    return [
      dispatch(forward, {
        buffers: { x, w, b, y },
        uniforms: { N, M, K, slope: attrs.relu ?? 0 },
        constants: { RELU: attrs.relu === undefined ? 0 : 1 },
        threads: [N * M * GROUP],
      }),
    ];
  },
  vjp: (tape, { inputs: { x, w }, cotangent: dy, needs }) => ({
    ...(needs.x && { x: tape.apply(dx, { dy, w }, { shape: x.shape }) }),
    ...(needs.w && { w: tape.apply(dw, { x, dy }, { shape: w.shape }) }),
    ...(needs.b && {
      b: tape.apply(biasGrad, { dy: tape.apply(reshape, { x: dy }, { shape: [-1, w.shape[0]] }) }, {}),
    }),
  }),
  fuse: (attrs, epilogue) =>
    attrs.relu === undefined && epilogue.kind === 'relu' ? { ...attrs, relu: epilogue.slope } : undefined,
});

/** One product per output and input. */
export const macs: Macs = ({ w }, y) => sizeOf(y.shape) * w.shape[1];
