// Convolution (cross-correlation, as in every convnet framework) and its three gradients.
import { ShapeError } from '../../core/errors.js';
import { f32, formatShape, type Shape, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import {
  defineOp,
  dispatch,
  eraseOp,
  type Op,
  type SpecializeArgs,
  type Tape,
  type Value,
  variadic,
} from '../../graph/tape.js';
import { paddingFor, slidingNeeds } from '../../graph/windows.js';
import { op as biasGrad } from '../biasGrad/index.js';
import { op as concat } from '../concat/index.js';
import { dims4, expectShape, type Pads, type Pair, windowOutput } from '../dims.js';
import { scaleChannels, scaledRows } from '../scale/index.js';
import { op as slice } from '../slice/index.js';
import { op as transpose } from '../transpose/index.js';
import forwardSource from './conv2d.wgsl?raw';
import dwSource from './conv2d_dw.wgsl?raw';
import dxSource from './conv2d_dx.wgsl?raw';
import * as fast from './fast.js';

export interface Attrs {
  readonly stride: Pair;
  readonly pad: Pads;
  readonly dilation: Pair;
  readonly group: number;
  /** Slope of a fused ReLU for negative values; absent where there is none. Set by the fusion pass. */
  readonly relu?: number;
}

/** Attributes of a gradient: those of the convolution, and the shape it has to restore. */
export interface GradAttrs extends Attrs {
  readonly shape: Shape;
}

const geometry = {
  C: 'u32',
  H: 'i32',
  W: 'i32',
  K: 'u32',
  P: 'u32',
  Q: 'u32',
  R: 'u32',
  S: 'u32',
  Cg: 'u32',
  Kg: 'u32',
  sy: 'u32',
  sx: 'u32',
  py: 'i32',
  px: 'i32',
  dy: 'u32',
  dx: 'u32',
} as const;

const forward = kernel({
  name: 'conv2d',
  wgsl: forwardSource,
  buffers: { x: 'read', w: 'read', b: 'read', y: 'write' },
  uniforms: { n: 'u32', ...geometry, slope: 'f32' },
  constants: ['RELU'],
  longGrid: 'fold',
});
const backwardData = kernel({
  name: 'conv2d_dx',
  wgsl: dxSource,
  buffers: { dy: 'read', w: 'read', b: 'read', dx: 'write' },
  uniforms: { n: 'u32', ...geometry, H: 'u32', W: 'u32', P: 'i32', Q: 'i32', sy: 'i32', sx: 'i32' },
  constants: ['BIAS'],
  longGrid: 'fold',
});
const backwardWeights = kernel({
  name: 'conv2d_dw',
  wgsl: dwSource,
  buffers: { x: 'read', dy: 'read', dw: 'write' },
  uniforms: { n: 'u32', N: 'u32', ...geometry },
  longGrid: 'fold',
});
export const kernels = [forward, backwardData, backwardWeights, fast.kernels];

/** Groups whose gradients to the weights are made one by one. */
const FEW_GROUPS = 4;
/** Products below which packing weights that change and adding a border cost more than they save. */
const FEW_PRODUCTS = 1 << 16;
const isSmall = (w: Spec, y: Spec): boolean => products(w, y) < FEW_PRODUCTS;
/** One product per output, input channel of its group and tap. */
const products = (w: Spec, y: Spec): number => (sizeOf(y.shape) * sizeOf(w.shape)) / w.shape[0];

/** All sizes of one convolution, from its input, weight and output shapes. */
function sizes(x: Shape, w: Shape, y: Shape, { stride, pad, dilation, group }: Attrs) {
  const [, C, H, W] = x;
  const [K, Cg, R, S] = w;
  return {
    C,
    H,
    W,
    K,
    P: y[2],
    Q: y[3],
    R,
    S,
    Cg,
    Kg: K / group,
    sy: stride[0],
    sx: stride[1],
    py: pad[0],
    px: pad[1],
    dy: dilation[0],
    dx: dilation[1],
  };
}

function infer({ x, w, b }: { x: Spec; w: Spec; b: Spec }, { stride, pad, dilation, group }: Attrs): Spec {
  const [N, C, H, W] = dims4('conv2d', 'x', x);
  const [K, Cg, R, S] = dims4('conv2d', 'w', w);
  const seen = `x ${formatShape(x.shape)}, w ${formatShape(w.shape)}, group ${group}`;
  if (C !== Cg * group) throw new ShapeError('conv2d', `w has ${Cg * group} input channels, x has ${C} (${seen})`);
  if (K % group !== 0)
    throw new ShapeError('conv2d', `${K} output channels do not divide into ${group} groups (${seen})`);
  expectShape('conv2d', 'b', b.shape, [K], 'one bias per output channel');
  const P = windowOutput(H, R, stride[0], pad[0] + pad[2], dilation[0]);
  const Q = windowOutput(W, S, stride[1], pad[1] + pad[3], dilation[1]);
  if (P < 1 || Q < 1) throw new ShapeError('conv2d', `the kernel ${R}x${S} is larger than the padded image (${seen})`);
  return f32(N, K, P, Q);
}

/** The readable kernel of a gradient to the image, with `b` added where it is the forward pass of a deconvolution. */
function gradientToImage(inputs: { dy: Value; w: Value; b?: Value }, output: Value, attrs: GradAttrs) {
  const { dy, w, b } = inputs;
  const n = sizeOf(output.shape);
  return dispatch(backwardData, {
    buffers: { dy, w, b: b ?? w, dx: output },
    uniforms: { n, ...sizes(output.shape, w.shape, dy.shape, attrs) },
    constants: { BIAS: b ? 1 : 0 },
    threads: [n],
  });
}

/** Linear in both: its own gradients are the convolution and its weight gradient. */
const gradientVjp: NonNullable<Op<'dy' | 'w', GradAttrs>['vjp']> = (
  tape,
  { inputs: { dy, w }, cotangent, attrs, needs },
) => {
  const zero = tape.constant('zero bias', [w.shape[0]], new Float32Array(w.shape[0]));
  return {
    ...(needs.dy && { dy: tape.apply(op, { x: cotangent, w, b: zero }, withoutShape(attrs)) }),
    ...(needs.w && { w: tape.apply(dw, { x: cotangent, dy }, { ...withoutShape(attrs), shape: w.shape }) }),
  };
};

/** The fast kernels for it, where they pay. */
function fastGradient(
  tape: Tape,
  inputs: { readonly dy: Value; readonly w: Value; readonly b?: Value },
  attrs: GradAttrs,
  { device, isConstant, producer }: Pick<SpecializeArgs<string, unknown>, 'device' | 'isConstant' | 'producer'>,
): Value | undefined {
  const operands = { ...inputs };
  const frozen = isConstant(operands.w);
  if (!frozen && isSmall(operands.w, operands.dy)) return undefined;
  // Factors per channel, of batch normalizations behind the convolution, go into the weights.
  for (;;) {
    const scaled = producer(operands.dy);
    if (scaled?.op !== eraseOp(scaleChannels) || !isConstant(scaled.inputs.factor)) break;
    operands.w = scaledRows(tape, operands.w, scaled.inputs.factor);
    operands.dy = scaled.inputs.x;
  }
  const weights = { frozen, half: frozen && device.halfWeights };
  return fast.fastConvDx(tape, operands, attrs.shape, attrs, producer, weights, device);
}

/** `∂loss/∂x` of a convolution. `attrs.shape` is x's. */
export const dx: Op<'dy' | 'w', GradAttrs> = defineOp({
  name: 'conv2d_dx',
  inputs: ['dy', 'w'],
  channelAxis: () => 1,
  infer: (_, { shape }: GradAttrs): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs, output, attrs }) => [gradientToImage(inputs, output, attrs)],
  specialize: (tape, { inputs, attrs, ...situation }) => fastGradient(tape, inputs, attrs, situation),
  vjp: gradientVjp,
});

/** A deconvolution: `dx` of dy, plus b `[C]`. `attrs.shape` is the result's. */
export const transposed: Op<'dy' | 'w' | 'b', GradAttrs> = defineOp({
  name: 'conv2d_transposed',
  inputs: ['dy', 'w', 'b'],
  channelAxis: () => 1,
  infer: ({ b }: { dy: Spec; w: Spec; b: Spec }, { shape }: GradAttrs): Spec => {
    expectShape('deconv2d', 'b', b.shape, [shape[1]], 'one bias per output channel');
    return { shape, dtype: 'f32' };
  },
  macs: ({ dy, w }) => products(w, dy),
  lower: ({ inputs, output, attrs }) => [gradientToImage(inputs, output, attrs)],
  specialize: (tape, { inputs, attrs, ...situation }) => fastGradient(tape, inputs, attrs, situation),
  vjp: (tape, node) => ({
    ...gradientVjp(tape, node),
    ...(node.needs.b && { b: tape.apply(biasGrad, { dy: node.cotangent }, {}) }),
  }),
});

/**
 * `∂loss/∂w` of a convolution. `attrs.shape` is w's.
 *
 * With images and channels in each other's place it is a convolution again: the image's channels are the batch, the cotangent
 * is the kernel, and stride and dilation change roles.
 */
export const dw: Op<'x' | 'dy', GradAttrs> = defineOp({
  name: 'conv2d_dw',
  inputs: ['x', 'dy'],
  infer: (_, { shape }: GradAttrs): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { x, dy }, output, attrs }) => {
    const n = sizeOf(output.shape);
    return [
      dispatch(backwardWeights, {
        buffers: { x, dy, dw: output },
        uniforms: { n, N: x.shape[0], ...sizes(x.shape, output.shape, dy.shape, attrs) },
        threads: [n],
      }),
    ];
  },
  specialize: (tape, { inputs: { x, dy }, attrs }) => {
    const { group, stride, dilation, pad, shape } = attrs;
    if (group > FEW_GROUPS || isSmall({ shape, dtype: 'f32' }, dy)) return undefined;
    const [, , R, S] = shape;
    const swapped = (v: Value) => tape.apply(transpose, { x: v }, { order: [1, 0, 2, 3] });
    const channels = (v: Value, g: number) => {
      const each = v.shape[1] / group;
      return group === 1 ? v : tape.apply(slice, { x: v }, { axis: 1, start: g * each, end: (g + 1) * each });
    };
    const parts = Array.from({ length: group }, (_, g) => {
      const images = swapped(channels(x, g));
      const kernel = swapped(channels(dy, g));
      const zero = tape.constant('zero bias', [kernel.shape[0]], new Float32Array(kernel.shape[0]));
      const turned = { stride: dilation, dilation: stride, pad, group: 1 };
      const y = tape.apply(op, { x: images, w: kernel, b: zero }, turned);
      // Rows of the image that no window reached make taps that w does not have.
      const rows = y.shape[2] > R ? tape.apply(slice, { x: y }, { axis: 2, start: 0, end: R }) : y;
      const taps = rows.shape[3] > S ? tape.apply(slice, { x: rows }, { axis: 3, start: 0, end: S }) : rows;
      return swapped(taps);
    });
    return group === 1 ? parts[0] : tape.apply(concat, variadic(parts), { axis: 0 });
  },
});

/** Convolution of x `[N,C,H,W]` with w `[K,C/group,R,S]` plus b `[K]`, giving `[N,K,P,Q]`. */
export const op: Op<'x' | 'w' | 'b', Attrs> = defineOp({
  name: 'conv2d',
  inputs: ['x', 'w', 'b'],
  channelAxis: () => 1,
  infer,
  macs: ({ w }, y) => products(w, y),
  lower: ({ inputs: { x, w, b }, output: y, attrs }) => {
    const n = sizeOf(y.shape);
    return [
      dispatch(forward, {
        buffers: { x, w, b, y },
        uniforms: { n, ...sizes(x.shape, w.shape, y.shape, attrs), slope: attrs.relu ?? 0 },
        constants: { RELU: attrs.relu === undefined ? 0 : 1 },
        threads: [n],
      }),
    ];
  },
  vjp: (tape, { inputs: { x, w }, cotangent: dy, attrs, needs }) => ({
    ...(needs.x && { x: tape.apply(dx, { dy, w }, { ...attrs, shape: x.shape }) }),
    ...(needs.w && { w: tape.apply(dw, { x, dy }, { ...attrs, shape: w.shape }) }),
    ...(needs.b && { b: tape.apply(biasGrad, { dy }, {}) }),
  }),
  specialize: (tape, { inputs: { x, w, b }, attrs, device, isConstant, producer }) => {
    const y = infer({ x, w, b }, attrs);
    const frozen = isConstant(w);
    if (!frozen && isSmall(w, y)) return undefined;
    return fast.fastConv(tape, { x, w, b }, y, attrs, producer, { frozen, half: frozen && device.halfWeights });
  },
  fuse: (attrs, epilogue) =>
    attrs.relu === undefined && epilogue.kind === 'relu' ? { ...attrs, relu: epilogue.slope } : undefined,
  window: {
    of: ['x'],
    needs: ({ stride, pad, dilation: [dy, dx] }, region, { w }) => {
      const [, , R, S] = w.shape;
      return slidingNeeds(region, [dy * (R - 1) + 1, dx * (S - 1) + 1], stride, pad);
    },
    attrs: (attrs, needed, given) => ({ ...attrs, pad: paddingFor(needed, given) }),
  },
});

const withoutShape = ({ stride, pad, dilation, group }: GradAttrs): Attrs => ({ stride, pad, dilation, group });
