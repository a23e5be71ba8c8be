// A factor and a shift for each channel: batch normalization at inference, Caffe's Scale and Bias. After a convolution with
// frozen weights it is folded into them, unless the convolution's own output is needed too.
import { type Spec, sizeBetween } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, eraseOp, type Op, type Tape, type Value } from '../../graph/tape.js';
import { op as biasGrad } from '../biasGrad/index.js';
import { binary } from '../binary/index.js';
import { type Attrs as ConvAttrs, op as conv2d } from '../conv2d/index.js';
import { expectShape } from '../dims.js';
import { scaleChannels, scaledRows } from '../scale/index.js';
import source from './affine.wgsl?raw';

export interface Attrs {
  /** Slope of a fused ReLU for negative values. Set by the fusion pass. */
  readonly relu?: number;
}

const forward = kernel({
  name: 'affine',
  wgsl: source,
  buffers: { x: 'read', scale: 'read', shift: 'read', y: 'write' },
  uniforms: { N: 'u32', C: 'u32', inner: 'u32', slope: 'f32' },
  constants: ['RELU'],
  workgroup: [64, 1, 1],
  longGrid: 'turns',
});
export const kernels = [forward];

/** `x · scale[c] + shift[c]` for x `[N, C, ...]`, scale and shift `[C]`. */
export const op: Op<'x' | 'scale' | 'shift', Attrs> = defineOp({
  name: 'affine',
  inputs: ['x', 'scale', 'shift'],
  passesZeros: true,
  infer: ({ x, scale, shift }: { x: Spec; scale: Spec; shift: Spec }, _: Attrs) => {
    const C = x.shape[1] ?? 0;
    expectShape('affine', 'scale', scale.shape, [C], 'one factor per channel');
    expectShape('affine', 'shift', shift.shape, [C], 'one shift per channel');
    return x;
  },
  lower: ({ inputs: { x, scale, shift }, output: y, attrs: { relu } }) => {
    const [N, C] = x.shape;
    const inner = sizeBetween(x.shape, 2);
    const uniforms = { N, C, inner, slope: relu ?? 0 };
    const constants = { RELU: relu === undefined ? 0 : 1 };
    return [dispatch(forward, { buffers: { x, scale, shift, y }, uniforms, constants, threads: [inner, C, N] })];
  },
  specialize: (tape, { inputs: { x, scale, shift }, isConstant, origin }) => {
    const conv = origin(x);
    if (conv?.op !== eraseOp(conv2d) || conv.uses > 1 || !isConstant(scale) || !isConstant(shift)) return undefined;
    const { w, b } = conv.inputs;
    if (!isConstant(w) || !isConstant(b)) return undefined;
    const folded = { x: conv.inputs.x, w: scaledRows(tape, w, scale), b: affineVector(tape, b, scale, shift) };
    return tape.apply(conv2d, folded, conv.attrs as ConvAttrs);
  },
  window: { of: ['x'] },
  fuse: (attrs, epilogue) =>
    attrs.relu === undefined && epilogue.kind === 'relu' ? { ...attrs, relu: epilogue.slope } : undefined,
  vjp: (tape, { inputs: { x, scale }, cotangent: dy, needs }) => ({
    ...(needs.x && { x: tape.apply(scaleChannels, { x: dy, factor: scale }, {}) }),
    ...(needs.scale && { scale: tape.apply(biasGrad, { dy: binary(tape, 'mul', dy, x) }, {}) }),
    ...(needs.shift && { shift: tape.apply(biasGrad, { dy }, {}) }),
  }),
});

/** `b · scale + shift`, all `[C]`. */
const affineVector = (tape: Tape, b: Value, scale: Value, shift: Value): Value =>
  binary(tape, 'add', binary(tape, 'mul', b, scale), shift);
