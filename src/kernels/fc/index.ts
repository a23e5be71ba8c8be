// Fully connected layer (Caffe's InnerProduct, ONNX's Gemm) and its gradients.
import { ShapeError } from '../../core/errors.js';
import { f32, formatShape, type Shape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import type { DeviceTraits } from '../../gpu/context.js';
import { type Kernel, kernel } from '../../gpu/kernel.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import type { WgslLibrary } from '../../gpu/wgsl.js';
import { defineOp, dispatch, type Op, type Tape, type Value } from '../../graph/tape.js';
import { op as biasGrad } from '../biasGrad/index.js';
import { expectShape, normalizeAxis } from '../dims.js';
import { weights } from '../libraries.js';
import { op as reshape } from '../reshape/index.js';
import { dispatchRows } from '../rows.js';
import forwardSource from './fc.wgsl?raw';
import dwSource from './fc_dw.wgsl?raw';
import dwQuadsSource from './fc_dw_quads.wgsl?raw';
import dxSource from './fc_dx.wgsl?raw';
import partSource from './fc_dx_part.wgsl?raw';
import quadsSource from './fc_dx_quads.wgsl?raw';
import rowsSource from './fc_dx_rows.wgsl?raw';
import halveSource from './fc_halve.wgsl?raw';
import subgroupSource from './fc_subgroup.wgsl?raw';
import sumSource from './fc_sum.wgsl?raw';

export interface Attrs {
  /** Axes from here on are one vector; those before it are the batch. */
  readonly axis: number;
  /** Slope of a fused ReLU for negative values. Set by the fusion pass. */
  readonly relu?: number;
}

const GROUP = 64;
const sizes = { N: 'u32', M: 'u32', K: 'u32' } as const;
const forward = rowKernel({
  name: 'fc',
  wgsl: forwardSource,
  buffers: { x: 'read', w: 'read', b: 'read', y: 'write' },
  uniforms: { ...sizes, slope: 'f32' },
  constants: ['RELU'],
});
const backwardData = kernel({
  name: 'fc_dx',
  wgsl: dxSource,
  buffers: { dy: 'read', w: 'read', dx: 'write' },
  uniforms: sizes,
  workgroup: [GROUP],
  longGrid: 'fold',
});
const backwardWeights = kernel({
  name: 'fc_dw',
  wgsl: dwSource,
  buffers: { x: 'read', dy: 'read', dw: 'write' },
  uniforms: sizes,
  workgroup: [GROUP],
  longGrid: 'fold',
});
const backwardWeightsQuads = kernel({
  name: 'fc_dw_quads',
  wgsl: dwQuadsSource,
  buffers: { x: 'read', dy: 'read', dw: 'write' },
  uniforms: { N: 'u32', M: 'u32', quads: 'u32' },
  workgroup: [GROUP],
  longGrid: 'fold',
});
const subgroupForward = kernel({
  name: 'fc_subgroup',
  wgsl: subgroupSource,
  uses: [weights],
  buffers: { x: 'read', w: 'read', b: 'read', y: 'write' },
  uniforms: { N: 'u32', M: 'u32', rows: 'u32', m0: 'u32', quads: 'u32', slope: 'f32' },
  constants: ['WGX', 'RELU', 'SINGLE', 'THREES', 'HALF'],
  workgroup: [8],
  longGrid: 'fold',
  features: ['subgroups'],
});
const part: WgslLibrary = { name: 'fc_dx_part', wgsl: partSource };
/** A gradient that goes by parts of the rows. */
const partsBackward = <C extends string>(
  name: string,
  wgsl: string,
  more: Pick<Kernel<string, string, C>, 'constants' | 'workgroup'>,
) =>
  kernel({
    name,
    wgsl,
    uses: [part, weights],
    buffers: { dy: 'read', w: 'read', part: 'write' },
    uniforms: { N: 'u32', M: 'u32', rows: 'u32', m0: 'u32', quads: 'u32', slot: 'u32', share: 'u32' },
    ...more,
  });
const quadsBackward = partsBackward('fc_dx_quads', quadsSource, { constants: ['HALF'], workgroup: [GROUP, 1, 1] });
const rowsBackward = partsBackward('fc_dx_rows', rowsSource, {
  constants: ['WGX', 'SINGLE', 'HALF'],
  workgroup: [8, 1, 1],
});
const sum = kernel({
  name: 'fc_sum',
  wgsl: sumSource,
  buffers: { part: 'read', y: 'write' },
  uniforms: { n: 'u32', slots: 'u32' },
  workgroup: [GROUP],
  longGrid: 'fold',
});
const halveKernel = kernel({
  name: 'fc_halve',
  wgsl: halveSource,
  buffers: { w: 'read', h: 'write' },
  uniforms: { n: 'u32' },
  workgroup: [GROUP],
  longGrid: 'fold',
});
export const kernels = [
  forward,
  backwardData,
  backwardWeights,
  backwardWeightsQuads,
  subgroupForward,
  quadsBackward,
  rowsBackward,
  sum,
  halveKernel,
];

/** Rows of a matrix `[M, K]` that are bound together: all, or parts that an adapter with a smaller binding can take. */
function rowParts(M: number, K: number, device: DeviceTraits): { readonly m0: number; readonly rows: number }[] {
  // A part must begin where a binding may, in half precision too.
  let step = 1;
  while ((step * K * 2) % device.storageAlignment !== 0) step *= 2;
  const most = Math.floor(device.maxBindingBytes / (K * 4 * step)) * step;
  if (most === 0) return [{ m0: 0, rows: M }];
  const parts = Math.ceil(M / most);
  const each = Math.ceil(M / parts / step) * step;
  return Array.from({ length: Math.ceil(M / each) }, (_, i) => ({ m0: i * each, rows: Math.min(each, M - i * each) }));
}

/** Columns of w `[M, K]`, which in half precision is `[M, K/2]` words. */
const columnsOf = (w: Spec): number => (w.dtype === 'u32' ? 2 * w.shape[1] : w.shape[1]);

/** Rows of four numbers at a time, by subgroups. */
const byQuads = (K: number, { subgroupSize }: DeviceTraits): boolean => K % 4 === 0 && subgroupSize > 0;

/** w in half precision, two numbers in a word. */
const halve = defineOp({
  name: 'fc_halve',
  inputs: ['w'],
  infer: ({ w }: { w: Spec }, _: object): Spec => ({ shape: [w.shape[0], w.shape[1] / 2], dtype: 'u32' }),
  lower: ({ inputs: { w }, output: h, device }) => {
    const [M, K] = w.shape;
    return rowParts(M, K, device).map(({ m0, rows }) => {
      const n = (rows * K) / 2;
      const ranges = { w: [m0 * K, rows * K], h: [(m0 * K) / 2, n] } as const;
      return dispatch(halveKernel, { buffers: { w, h }, ranges, uniforms: { n }, threads: [n] });
    });
  },
});

/** Frozen weights in half precision, where they are wanted and the kernels that read them can be used. */
function halved(tape: Tape, w: Value, device: DeviceTraits, isConstant: (v: Value) => boolean): Value | undefined {
  const wanted = device.halfWeights && device.subgroupSize > 0 && w.dtype === 'f32' && w.shape[1] % 4 === 0;
  return wanted && isConstant(w) ? tape.apply(halve, { w }, {}) : undefined;
}

/** Images whose sums a lane holds at once, in threes: as few passes as nine at a time take, each of them as small as it can be. */
const threesOf = (N: number): number => Math.ceil(N / Math.ceil(N / 9) / 3);

/** Threads that fill a large GPU; where a sum has fewer, its rows are shared out and added up afterwards. */
const MANY_THREADS = 1 << 16;
/** Shares of the rows on a CPU: some for each of its cores. */
const CPU_SHARES = 16;

/** `∂loss/∂x`. `attrs.shape` is x's. */
const dx: Op<'dy' | 'w', { readonly shape: Shape }> = defineOp({
  name: 'fc_dx',
  inputs: ['dy', 'w'],
  infer: (_, { shape }: { readonly shape: Shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { dy, w }, output, device, scratch }) => {
    const [M, words] = w.shape;
    const K = columnsOf(w);
    const N = sizeOf(dy.shape) / M;
    if (K % 4 === 0) {
      const quads = K / 4;
      const images = Math.ceil(N / 4);
      const parts = rowParts(M, K, device);
      const { software } = device;
      // On a GPU more threads hide the memory's latency better.
      const wanted = software ? CPU_SHARES : Math.ceil(MANY_THREADS / (quads * images));
      const share = Math.ceil(M / Math.min(wanted, Math.ceil(M / GROUP)));
      const slotsOf = (rows: number) => Math.ceil(rows / share);
      const slots = parts.reduce((total, { rows }) => total + slotsOf(rows), 0);
      const part = slots === 1 ? output : scratch(f32(slots, ...output.shape));
      let slot = 0;
      const launches = parts.map(({ m0, rows }) => {
        const uniforms = { N, M, rows, m0, quads, slot, share };
        slot += slotsOf(rows);
        const call = { buffers: { dy, w, part }, ranges: { w: [m0 * words, rows * words] }, uniforms } as const;
        const HALF = words < K ? 1 : 0;
        if (!software) {
          const threads = [quads, images, slotsOf(rows)] as const;
          return dispatch(quadsBackward, { ...call, constants: { HALF }, threads });
        }
        const WGX = device.subgroupSize || 8;
        const constants = { WGX, SINGLE: N === 1 ? 1 : 0, HALF };
        return dispatch(rowsBackward, { ...call, constants, threads: [WGX, 1, slotsOf(rows)] });
      });
      if (slots === 1) return launches;
      const n = N * K;
      return [...launches, dispatch(sum, { buffers: { part, y: output }, uniforms: { n, slots }, threads: [n] })];
    }
    return [dispatch(backwardData, { buffers: { dy, w, dx: output }, uniforms: { N, M, K }, threads: [N * K] })];
  },
  specialize: (tape, { inputs: { dy, w }, attrs, device, isConstant }) => {
    const half = halved(tape, w, device, isConstant);
    return half && tape.apply(dx, { dy, w: half }, attrs);
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
    if (K % 4 === 0) {
      const quads = K / 4;
      const threads: [number] = [quads * Math.ceil(M / 4)];
      return [dispatch(backwardWeightsQuads, { buffers: { x, dy, dw: output }, uniforms: { N, M, quads }, threads })];
    }
    return [dispatch(backwardWeights, { buffers: { x, dy, dw: output }, uniforms: { N, M, K }, threads: [M * K] })];
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
    const K = columnsOf(w);
    return byQuads(K, device) ? [] : rowWays({ outer: (sizeOf(x.shape) / K) * w.shape[0], L: K, inner: 1 }, device);
  },
  lower: ({ inputs: { x, w, b }, output: y, attrs, device, variant }) => {
    const [M, words] = w.shape;
    const K = columnsOf(w);
    const N = sizeOf(y.shape) / M;
    if (byQuads(K, device)) {
      const constants = {
        WGX: device.subgroupSize,
        RELU: attrs.relu === undefined ? 0 : 1,
        SINGLE: N === 1 ? 1 : 0,
        THREES: threesOf(N),
        HALF: words < K ? 1 : 0,
      };
      return rowParts(M, K, device).map(({ m0, rows }) =>
        dispatch(subgroupForward, {
          buffers: { x, w, b, y },
          ranges: { w: [m0 * words, rows * words] },
          uniforms: { N, M, rows, m0, quads: K / 4, slope: attrs.relu ?? 0 },
          constants,
          threads: [Math.ceil(rows / 4) * device.subgroupSize],
        }),
      );
    }
    return [
      dispatchRows(forward, { outer: N * M, L: K, inner: 1 }, variant, device, {
        buffers: { x, w, b, y },
        uniforms: { N, M, K, slope: attrs.relu ?? 0 },
        constants: { RELU: attrs.relu === undefined ? 0 : 1 },
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
  specialize: (tape, { inputs: { x, w, b }, attrs, device, isConstant }) => {
    const half = halved(tape, w, device, isConstant);
    return half && tape.apply(op, { x, w: half, b }, attrs);
  },
  fuse: (attrs, epilogue) =>
    attrs.relu === undefined && epilogue.kind === 'relu' ? { ...attrs, relu: epilogue.slope } : undefined,
});
