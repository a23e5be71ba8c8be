// A row of a table for each index: Caffe's Embed, ONNX's Gather from a known table.
import { ShapeError } from '../../core/errors.js';
import { f32, formatShape, type Shape, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import { op as biasGrad } from '../biasGrad/index.js';
import { expectShape } from '../dims.js';
import { op as reshape } from '../reshape/index.js';
import source from './embed.wgsl?raw';
import dwSource from './embed_dw.wgsl?raw';

const forward = kernel({
  name: 'embed',
  wgsl: source,
  buffers: { x: 'read', w: 'read', b: 'read', y: 'write' },
  uniforms: { n: 'u32', rows: 'u32', M: 'u32' },
  longGrid: 'fold',
});
const backward = kernel({
  name: 'embed_dw',
  wgsl: dwSource,
  buffers: { x: 'read', dy: 'read', dw: 'write' },
  uniforms: { n: 'u32', rows: 'u32', M: 'u32', count: 'u32' },
  longGrid: 'fold',
});
export const kernels = [forward, backward];

const dw = defineOp({
  name: 'embed_dw',
  inputs: ['x', 'dy'],
  infer: (_, { shape }: { readonly shape: Shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { x, dy }, output }) => {
    const [rows, M] = output.shape;
    const n = rows * M;
    const uniforms = { n, rows, M, count: sizeOf(x.shape) };
    return [dispatch(backward, { buffers: { x, dy, dw: output }, uniforms, threads: [n] })];
  },
});

/** `w[x] + b` for indices x `[...]` (as floats), w `[rows, M]` and b `[M]`, giving `[..., M]`. */
export const op = defineOp({
  name: 'embed',
  inputs: ['x', 'w', 'b'],
  // A product with weights makes its channels last.
  channelAxis: ({ output }) => output.shape.length - 1,
  infer: ({ x, w, b }: { x: Spec; w: Spec; b: Spec }, _: object): Spec => {
    if (w.shape.length !== 2) throw new ShapeError('embed', `w must be [rows, M], got ${formatShape(w.shape)}`);
    expectShape('embed', 'b', b.shape, [w.shape[1]], 'one bias per column of w');
    return f32(...x.shape, w.shape[1]);
  },
  lower: ({ inputs: { x, w, b }, output: y }) => {
    const n = sizeOf(y.shape);
    const [rows, M] = w.shape;
    return [dispatch(forward, { buffers: { x, w, b, y }, uniforms: { n, rows, M }, threads: [n] })];
  },
  vjp: (tape, { inputs: { x, w }, cotangent: dy, needs }) => ({
    ...(needs.w && { w: tape.apply(dw, { x, dy }, { shape: w.shape }) }),
    ...(needs.b && {
      b: tape.apply(biasGrad, { dy: tape.apply(reshape, { x: dy }, { shape: [-1, w.shape[1]] }) }, {}),
    }),
  }),
});
