// The fast convolution: border added, weights packed once per plan, and one kernel for the forward pass and for the
// gradient to the image at any stride. conv2d.wgsl and conv2d_dx.wgsl say what it computes.

import { type Shape, type Spec, sizeOf } from '../../core/shape.js';
import type { DeviceTraits } from '../../gpu/context.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Tape, type Value } from '../../graph/tape.js';
import type { Pair } from '../dims.js';
import packSource from './conv2d_pack.wgsl?raw';
import padSource from './conv2d_pad.wgsl?raw';
import generalSource from './conv2d_subgroup.wgsl?raw';
import pointSource from './conv2d_subgroup_point.wgsl?raw';
import rowSource from './conv2d_subgroup_row.wgsl?raw';

/** Rows a subgroup makes; the packing and the kernel are written for it. */
const ROWS = 16;
/** Pixels of one lane. */
const PIXELS = 4;
/** Taps of a row, or channels of a 1×1 kernel, that a turn of the loop takes: packed weights are a multiple of them. */
const TAPS = 3;
const CHANNELS = 4;
const roundUp = (n: number, step: number): number => Math.ceil(n / step) * step;

const padKernel = kernel({
  name: 'conv2d_pad',
  wgsl: padSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: { n: 'u32', H: 'i32', W: 'i32', P: 'u32', Q: 'u32', top: 'i32', left: 'i32' },
  workgroup: [16, 4, 1],
});
const packKernel = kernel({
  name: 'conv2d_pack',
  wgsl: packSource,
  buffers: { w: 'read', p: 'write' },
  uniforms: {
    n: 'u32',
    blocks: 'u32',
    Mg: 'u32',
    Ig: 'u32',
    T: 'u32',
    U: 'u32',
    Ip: 'u32',
    Up: 'u32',
    R: 'u32',
    S: 'u32',
    sy: 'u32',
    sx: 'u32',
    Cg: 'u32',
  },
  constants: ['BACKWARD'],
  workgroup: [64],
});
const buffers = { x: 'read', w: 'read', b: 'read', y: 'write' } as const;
const columns = { pixels: 'u32', P: 'u32', Q: 'u32', I: 'u32', Ig: 'u32', plane: 'u32', width: 'u32' } as const;
const rows = {
  M: 'u32',
  Mg: 'u32',
  blocks: 'u32',
  H: 'i32',
  W: 'i32',
  Cg: 'u32',
  zy: 'u32',
  zx: 'u32',
  oy: 'i32',
  ox: 'i32',
  slope: 'f32',
} as const;
/** Each workgroup is one subgroup, so its width is the device's. */
const subgroup = { constants: ['WGX', 'RELU', 'SHUFFLE'], workgroup: [8], features: ['subgroups'] } as const;

const generalKernel = kernel({
  name: 'conv2d_subgroup',
  wgsl: generalSource,
  buffers,
  uniforms: { ...columns, T: 'u32', U: 'u32', dy: 'u32', dx: 'u32', sy: 'u32', sx: 'u32', ...rows },
  ...subgroup,
});
const rowKernel = kernel({
  name: 'conv2d_subgroup_row',
  wgsl: rowSource,
  buffers,
  uniforms: { ...columns, T: 'u32', U: 'u32', ...rows },
  ...subgroup,
});
const pointKernel = kernel({
  name: 'conv2d_subgroup_point',
  wgsl: pointSource,
  buffers,
  uniforms: { ...columns, sy: 'u32', sx: 'u32', ...rows },
  ...subgroup,
});
export const kernels = [padKernel, packKernel, generalKernel, rowKernel, pointKernel];

/** True when the fast kernel can run: subgroups of one known size, wide enough to hold the 16 weights as vec4s. */
export const canBeFast = (device: DeviceTraits): boolean => device.subgroupSize >= 4 && device.subgroupSize <= 64;

const pad = defineOp({
  name: 'conv2d_pad',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, { height, width }: PadAttrs): Spec => ({
    shape: [x.shape[0], x.shape[1], height, width],
    dtype: 'f32',
  }),
  lower: ({ inputs: { x }, output: y, attrs: { top, left } }) => {
    const [, , H, W] = x.shape;
    const [N, C, P, Q] = y.shape;
    const n = N * C;
    return [dispatch(padKernel, { buffers: { x, y }, uniforms: { n, H, W, P, Q, top, left }, threads: [Q, P, n] })];
  },
});

interface PadAttrs {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

interface PackAttrs {
  readonly group: number;
  readonly backward: boolean;
  /** Rows and channels of a group, and taps, as packed. */
  readonly Mg: number;
  readonly Ig: number;
  readonly taps: Pair;
  readonly stride: Pair;
}

const pack = defineOp({
  name: 'conv2d_pack',
  inputs: ['w'],
  infer: (_, { group, Mg, Ig, taps: [T, U] }: PackAttrs): Spec => {
    const point = T === 1 && U === 1;
    const Ip = point ? roundUp(Ig, CHANNELS) : Ig;
    const Up = point ? 1 : roundUp(U, TAPS);
    return { shape: [group, Math.ceil(Mg / ROWS), Ip, T, Up, ROWS], dtype: 'f32' };
  },
  lower: ({ inputs: { w }, output: p, attrs: { backward, Mg, Ig, taps, stride } }) => {
    const n = sizeOf(p.shape);
    const [, Cg, R, S] = w.shape;
    const [, blocks, Ip, , Up] = p.shape;
    const [T, U] = taps;
    return [
      dispatch(packKernel, {
        buffers: { w, p },
        uniforms: { n, blocks, Mg, Ig, T, U, Ip, Up, R, S, sy: stride[0], sx: stride[1], Cg },
        constants: { BACKWARD: backward ? 1 : 0 },
        threads: [n],
      }),
    ];
  },
});

interface ProductAttrs {
  /** Output map before shuffling. */
  readonly P: number;
  readonly Q: number;
  readonly Mg: number;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly relu?: number;
  /** Set for backward: the image's gradient, its phases, and how far the first block lies outside. */
  readonly shuffle?: { readonly shape: Shape; readonly phases: Pair; readonly offset: Pair };
}

const product = defineOp({
  name: 'conv2d_product',
  inputs: ['x', 'w', 'b'],
  infer: ({ x, w }: { x: Spec; w: Spec; b: Spec }, { P, Q, Mg, shuffle }: ProductAttrs): Spec => ({
    shape: shuffle ? shuffle.shape : [x.shape[0], w.shape[0] * Mg, P, Q],
    dtype: 'f32',
  }),
  lower: ({ inputs: { x, w, b }, output: y, attrs, device }) => {
    const [N, I, height, width] = x.shape;
    const [group, blocks, Ig, T, U] = w.shape;
    const { P, Q, Mg, stride, dilation, relu, shuffle } = attrs;
    const [, M, H, W] = y.shape;
    const [zy, zx] = shuffle?.phases ?? [1, 1];
    const [oy, ox] = shuffle?.offset ?? [0, 0];
    const lanes = device.subgroupSize;
    const constants = { WGX: lanes, RELU: relu === undefined ? 0 : 1, SHUFFLE: shuffle ? 1 : 0 };
    const sizes = {
      P,
      Q,
      I,
      Ig,
      plane: height * width,
      width,
      T,
      U,
      M,
      Mg,
      blocks,
      H,
      W,
      Cg: M / group,
      zy,
      zx,
      oy,
      ox,
      slope: relu ?? 0,
    };
    const across = (pixels: number): [number, number, number] => [
      Math.ceil(pixels / (PIXELS * lanes)) * lanes,
      blocks,
      group,
    ];
    const [sy, sx] = stride;
    const [dy, dx] = dilation;
    const pixels = N * P * Q;
    if (T === 1 && U === 1) {
      const uniforms = { pixels, ...sizes, sy, sx };
      return [dispatch(pointKernel, { buffers: { x, w, b, y }, uniforms, constants, threads: across(pixels) })];
    }
    if ([sy, sx, dy, dx].every((v) => v === 1)) {
      const quads = N * P * Math.ceil(Q / PIXELS);
      const uniforms = { ...sizes, pixels: quads };
      return [dispatch(rowKernel, { buffers: { x, w, b, y }, uniforms, constants, threads: [quads, blocks, group] })];
    }
    const uniforms = { pixels, ...sizes, dy, dx, sy, sx };
    return [dispatch(generalKernel, { buffers: { x, w, b, y }, uniforms, constants, threads: across(pixels) })];
  },
});

export interface FastAttrs {
  readonly stride: Pair;
  readonly pad: readonly [number, number, number, number];
  readonly dilation: Pair;
  readonly group: number;
  readonly relu?: number;
}

/** `conv2d(x, w, b)` for y `[N,K,P,Q]`. */
export function fastConv(tape: Tape, x: Value, w: Value, b: Value, y: Spec, attrs: FastAttrs): Value {
  const { stride, dilation, group, pad: pads, relu } = attrs;
  const [, , H, W] = x.shape;
  const [K, Cg, R, S] = w.shape;
  const [, , P, Q] = y.shape;
  const Mg = K / group;
  const packed = tape.apply(pack, { w }, { group, backward: false, Mg, Ig: Cg, taps: [R, S], stride: [1, 1] });
  const bordered = withBorder(tape, x, pads[0], pads[1], H + pads[0] + pads[2], W + pads[1] + pads[3]);
  const more = relu === undefined ? {} : { relu };
  return tape.apply(product, { x: bordered, w: packed, b }, { P, Q, Mg, stride, dilation, ...more });
}

/** `∂loss/∂x` for x of `shape`, or undefined for a strided and dilated convolution, which stays with the plain kernel. */
export function fastConvDx(tape: Tape, dy: Value, w: Value, shape: Shape, attrs: FastAttrs): Value | undefined {
  const { stride, dilation, group, pad: pads } = attrs;
  const [sy, sx] = stride;
  if ((sy > 1 && dilation[0] > 1) || (sx > 1 && dilation[1] > 1)) return undefined;
  const [, C, H, W] = shape;
  const [K, Cg, R, S] = w.shape;
  const vertical = phases(H, R, sy, pads[0], dilation[0]);
  const horizontal = phases(W, S, sx, pads[1], dilation[1]);
  const Mg = Cg * sy * sx;
  const Ig = K / group;
  const taps: Pair = [vertical.taps, horizontal.taps];
  const packed = tape.apply(pack, { w }, { group, backward: true, Mg, Ig, taps, stride });
  const bordered = withBorder(tape, dy, vertical.before, horizontal.before, vertical.padded, horizontal.padded);
  // Backward adds no bias; the kernel does not read it.
  return tape.apply(
    product,
    { x: bordered, w: packed, b: bordered },
    {
      P: vertical.blocks,
      Q: horizontal.blocks,
      Mg,
      stride: [1, 1],
      dilation,
      shuffle: { shape: [dy.shape[0], C, H, W], phases: stride, offset: [vertical.offset, horizontal.offset] },
    },
  );
}

/**
 * One axis of the gradient to the image. With h + pad = s·u + a, phase a sees the taps a, a+s, a+2s, …, so that
 * dx[h] = Σ_t dy[u − t] · w[a + s·t]: over t a convolution of stride 1, flipped, whose output index is u.
 */
function phases(size: number, taps: number, stride: number, pad: number, dilation: number) {
  const perPhase = Math.ceil(taps / stride);
  const first = Math.floor(pad / stride);
  const blocks = Math.floor((size - 1 + pad) / stride) - first + 1;
  const before = (perPhase - 1) * dilation - first;
  return {
    taps: perPhase,
    blocks,
    before,
    padded: blocks + (perPhase - 1) * dilation,
    offset: pad - first * stride,
  };
}

function withBorder(tape: Tape, x: Value, top: number, left: number, height: number, width: number): Value {
  if (top === 0 && left === 0 && height === x.shape[2] && width === x.shape[3]) return x;
  return tape.apply(pad, { x }, { top, left, height, width });
}
