// The fast convolution: border added, weights packed once per plan, and one kernel for the forward pass and for the
// gradient to the image at any stride. conv2d.wgsl and conv2d_dx.wgsl say what it computes.

import { f32, type Shape, type Spec, sizeOf } from '../../core/shape.js';
import type { FeatureName } from '../../core/webTypes.js';
import type { DeviceTraits } from '../../gpu/context.js';
import { type Kernel, kernel } from '../../gpu/kernel.js';
import type { WgslLibrary } from '../../gpu/wgsl.js';
import { defineOp, dispatch, type Op, type Producer, type Tape, type Value } from '../../graph/tape.js';
import type { Pair } from '../dims.js';
import { quotient, weights } from '../libraries.js';
import type { ReluRule } from '../relu/index.js';
import { padKernel, withBorder } from './border.js';
import directSource from './conv2d_direct.wgsl?raw';
import finishSource from './conv2d_finish.wgsl?raw';
import outputSource from './conv2d_output.wgsl?raw';
import packSource from './conv2d_pack.wgsl?raw';
import rangeSource from './conv2d_range.wgsl?raw';
import generalSource from './conv2d_subgroup.wgsl?raw';
import pointSource from './conv2d_subgroup_point.wgsl?raw';
import rowSource from './conv2d_subgroup_row.wgsl?raw';
import sumSource from './conv2d_sum.wgsl?raw';
import tilesSource from './conv2d_tiles.wgsl?raw';
import halfNumbersSource from './conv2d_tiles_f16.wgsl?raw';
import singleNumbersSource from './conv2d_tiles_f32.wgsl?raw';

/** Rows a subgroup makes; the packing and the kernel are written for it. */
const ROWS = 16;
/** Pixels of one lane. */
const PIXELS = 4;
/** Rows and pixels of a workgroup of conv2d_tiles, and how deep a tile is. */
const TILE = 64;
const DEEP = 16;
/** Workgroups that find the largest magnitude of an image. */
const PARTS = 64;
const RANGE_GROUP = 256;
/** Workgroups that keep a large GPU busy: with fewer tiles than these, their sums are shared out. */
const MANY_GROUPS = 512;
/** Where groups have so few rows, making 16 costs more than what a matrix product saves. */
const FEW_ROWS = 2;
const GROUP = 64;
/** Channels of a 1×1 kernel that a turn of the loop takes: packed weights are a multiple of them. */
const CHANNELS = 4;
/** Taps of a row that a turn may take; packed rows are a multiple of one of them. */
const TAPS = [4, 3, 2] as const;
/** What a turn of the loop is taken to cost beside its taps, in taps; not measured by itself. */
const TURN = 1;
const roundUp = (n: number, step: number): number => Math.ceil(n / step) * step;

/** A row of `taps` as packed, with zeros up to the multiple that costs least. */
function packedTaps(taps: number): number {
  const cost = (each: number) => Math.ceil(taps / each) * (each + TURN);
  const best = TAPS.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  return roundUp(taps, best);
}
/** How many of a packed row's taps a turn of the loop takes. */
const tapsATurn = (packed: number): number => TAPS.find((each) => packed % each === 0) ?? 1;

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
    rows: 'u32',
    backward: 'u32',
  },
  constants: ['HALF'],
  longGrid: 'fold',
});
const finish: WgslLibrary = { name: 'conv2d_finish', wgsl: finishSource };
const output: WgslLibrary = { name: 'conv2d_output', wgsl: outputSource, uses: [quotient, finish] };
/** All fast convolutions: one set of buffers and sizes, declared with the way out of a result in conv2d_output.wgsl. */
const fastKernel = (name: string, wgsl: string, { uses = [], ...more }: FastKernel) =>
  kernel({
    name,
    wgsl,
    uses: [...uses, output, weights],
    buffers: { x: 'read', w: 'read', b: 'read', addend: 'read', gate: 'read', y: 'write' },
    uniforms: {
      pixels: 'u32',
      quads: 'u32',
      P: 'u32',
      Q: 'u32',
      I: 'u32',
      origin: 'u32',
      Ig: 'u32',
      Cx: 'u32',
      plane: 'u32',
      width: 'u32',
      T: 'u32',
      U: 'u32',
      sy: 'u32',
      sx: 'u32',
      dy: 'u32',
      dx: 'u32',
      groups: 'u32',
      M: 'u32',
      m0: 'u32',
      Mg: 'u32',
      blocks: 'u32',
      H: 'u32',
      W: 'u32',
      Cg: 'u32',
      zy: 'u32',
      zx: 'u32',
      oy: 'u32',
      ox: 'u32',
      late: 'u32',
      slots: 'u32',
      share: 'u32',
      total: 'u32',
      flags: 'u32',
      slope: 'f32',
    },
    ...more,
  });
type FastKernel = Pick<Kernel, 'workgroup' | 'constants' | 'longGrid'> & {
  readonly uses?: readonly WgslLibrary[];
  readonly features?: readonly FeatureName[];
};

const common = ['SHUFFLE', 'HALF'] as const;
/** Bits of `flags`, as conv2d_finish.wgsl has them. */
const FINISH = { bias: 1, add: 2, relu: 4, clamp: 8, mask: 16 } as const;
/** Each workgroup is one subgroup, so its width is the device's. */
const subgroup: FastKernel = { constants: ['WGX', ...common], workgroup: [8], features: ['subgroups'] };
const byTaps: FastKernel = { ...subgroup, constants: ['WGX', 'TAPS', ...common] };
const generalKernel = fastKernel('conv2d_subgroup', generalSource, byTaps);
const lineKernel = fastKernel('conv2d_subgroup_row', rowSource, byTaps);
const pointKernel = fastKernel('conv2d_subgroup_point', pointSource, subgroup);
const directKernel = fastKernel('conv2d_direct', directSource, {
  constants: ['SQUARE', ...common],
  workgroup: [8, 8, 1],
  longGrid: 'turns',
});
/** The type of the numbers that conv2d_tiles.wgsl multiplies. */
const singleNumbers: WgslLibrary = { name: 'conv2d_tiles_f32', wgsl: singleNumbersSource };
const halfNumbers: WgslLibrary = { name: 'conv2d_tiles_f16', wgsl: halfNumbersSource, enables: ['f16'] };
const byTiles: FastKernel = { constants: ['SPLIT', ...common], workgroup: [256] };
const tilesKernel = fastKernel('conv2d_tiles', tilesSource, { ...byTiles, uses: [singleNumbers] });
const halfTilesKernel = fastKernel('conv2d_half_tiles', tilesSource, {
  ...byTiles,
  uses: [halfNumbers],
  features: ['shader-f16'],
});
const rangeKernel = kernel({
  name: 'conv2d_range',
  wgsl: rangeSource,
  buffers: { x: 'read', b: 'read', r: 'write' },
  uniforms: { n: 'u32' },
  workgroup: [RANGE_GROUP],
});
const sumKernel = kernel({
  name: 'conv2d_sum',
  wgsl: sumSource,
  uses: [finish],
  buffers: { part: 'read', b: 'read', addend: 'read', gate: 'read', y: 'write' },
  uniforms: { n: 'u32', slots: 'u32', C: 'u32', plane: 'u32', M: 'u32', m0: 'u32', flags: 'u32', slope: 'f32' },
  workgroup: [GROUP],
  longGrid: 'fold',
});
export const kernels = [
  padKernel,
  packKernel,
  generalKernel,
  lineKernel,
  pointKernel,
  directKernel,
  tilesKernel,
  halfTilesKernel,
  rangeKernel,
  sumKernel,
];

/** Whether every `tile` of rows is of one phase. */
const fitsPhases = (tile: number, Mg: number, [zy, zx]: Pair): boolean => (Mg / (zy * zx)) % tile === 0;

/** Subgroups of one known size, wide enough to hold the 16 weights as vec4s. */
const hasSubgroups = ({ subgroupSize }: DeviceTraits): boolean => subgroupSize >= 4 && subgroupSize <= 64;

interface PackAttrs {
  readonly group: number;
  readonly backward: boolean;
  /** Rows and channels of a group, and taps, as packed. */
  readonly Mg: number;
  readonly Ig: number;
  readonly taps: Pair;
  readonly stride: Pair;
  /** Two weights in a word, in half precision. */
  readonly half: boolean;
}

const pack = defineOp({
  name: 'conv2d_pack',
  inputs: ['w'],
  infer: (_, { group, Mg, Ig, taps: [T, U], half }: PackAttrs): Spec => {
    const point = T === 1 && U === 1;
    const Ip = point ? roundUp(Ig, CHANNELS) : Ig;
    const Up = point ? 1 : packedTaps(U);
    return { shape: [group, Math.ceil(Mg / ROWS), Ip, T, Up, half ? ROWS / 2 : ROWS], dtype: 'u32' };
  },
  lower: ({ inputs: { w }, output: p, attrs: { backward, Mg, Ig, taps, stride, half } }) => {
    const [, Cg, R, S] = w.shape;
    const [, blocks, Ip, , Up, row] = p.shape;
    const n = sizeOf(p.shape) / row;
    const [T, U] = taps;
    return [
      dispatch(packKernel, {
        buffers: { w, p },
        uniforms: {
          n,
          blocks,
          Mg,
          Ig,
          T,
          U,
          Ip,
          Up,
          R,
          S,
          sy: stride[0],
          sx: stride[1],
          Cg,
          rows: ROWS,
          backward: backward ? 1 : 0,
        },
        constants: { HALF: half ? 1 : 0 },
        threads: [n],
      }),
    ];
  },
});

interface ProductAttrs {
  /** The element of x's first image that is read first, and how many channels per group. */
  readonly origin: number;
  readonly Cx: number;
  /** Output map before shuffling. */
  readonly P: number;
  readonly Q: number;
  readonly Mg: number;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly relu?: number;
  /** Set by the fusion pass: inputs `addend` and `gate` are there, and what they do on the way out. */
  readonly add?: true;
  readonly gate?: { readonly slope: number; readonly rule: ReluRule };
  /** A gradient to the image, which has no bias: the input in its place is not read. */
  readonly unbiased?: true;
  /** The weights do not change. */
  readonly frozen: boolean;
  /**
   * Set for backward with a stride: the image's gradient, its phases, how far the first block lies outside, and whether phases
   * that would begin there begin a block later.
   */
  readonly shuffle?: { readonly shape: Shape; readonly phases: Pair; readonly offset: Pair; readonly late: boolean };
}

const product: Op<'x' | 'w' | 'b', ProductAttrs> = defineOp({
  name: 'conv2d_product',
  inputs: ['x', 'w', 'b'],
  infer: ({ x, w }: { x: Spec; w: Spec; b: Spec }, { P, Q, Mg, shuffle }: ProductAttrs): Spec => ({
    shape: shuffle ? shuffle.shape : [x.shape[0], w.shape[0] * Mg, P, Q],
    dtype: 'f32',
  }),
  placeable: ({ add, gate }) => !add && !gate,
  variants: ({ attrs: { Mg, frozen, shuffle }, device }) => {
    const fitting = !shuffle?.late || fitsPhases(TILE, Mg, shuffle.phases);
    const products = [...(fitting ? ['tiles'] : []), ...(hasSubgroups(device) ? ['subgroup'] : [])];
    // Software adapters have no workgroup memory: tiles are copied for nothing.
    if (device.software) products.reverse();
    // What changes may be a cotangent, which half precision would round to nothing.
    if (device.halfArithmetic && frozen && fitting) products.unshift('half tiles');
    if (Mg > ROWS / 4) return products;
    return Mg <= FEW_ROWS ? ['direct', ...products] : [...products, 'direct'];
  },
  lower: ({ inputs: { x, w, b, ...more }, output, attrs, device, place, variant, scratch }) => {
    const { addend = x, gate = x }: { addend?: Value; gate?: Value } = more;
    const y = place?.into ?? output;
    const [N, I, height, width] = x.shape;
    const [groups, blocks, Ig, T, U, row] = w.shape;
    const { origin, Cx, P, Q, Mg, stride, dilation, relu, shuffle } = attrs;
    const [, C, H, W] = output.shape;
    const [zy, zx] = shuffle?.phases ?? [1, 1];
    const [oy, ox] = shuffle?.offset ?? [0, 0];
    const late = shuffle?.late ? 1 : 0;
    const [sy, sx] = stride;
    const [dy, dx] = dilation;
    const dense = sy * sx * dy * dx === 1;
    const rule = attrs.gate?.rule;
    const flags =
      (attrs.unbiased ? 0 : FINISH.bias) |
      (attrs.add ? FINISH.add : 0) |
      (relu === undefined ? 0 : FINISH.relu) |
      (rule && rule !== 'gradient' ? FINISH.clamp : 0) |
      (rule && rule !== 'deconv' ? FINISH.mask : 0);
    const slope = relu ?? attrs.gate?.slope ?? 0;
    const pixels = N * P * Q;
    const quads = N * P * Math.ceil(Q / PIXELS);
    const into = { M: y.shape[1], m0: place?.start ?? 0 };
    const whole = { slots: 1, share: Ig * T * U, total: sizeOf(output.shape) };
    const uniforms = {
      ...{ pixels, quads, P, Q, I, origin, Ig, Cx, plane: height * width, width, T, U, sy, sx, dy, dx },
      ...{ groups, ...into, Mg, blocks, H, W, Cg: C / groups, zy, zx, oy, ox, late, ...whole, flags, slope },
    };
    const buffers = { x, w, b, addend, gate, y };
    const HALF = row < ROWS ? 1 : 0;
    const constants = { SHUFFLE: shuffle ? 1 : 0, HALF };
    if (variant === 'direct') {
      const SQUARE = dense && !shuffle && Cx === 1 && T === 3 && U === 3;
      const threads = [Math.ceil(Q / PIXELS), Math.ceil(P / (SQUARE ? 4 : 1)), N * groups * Mg] as const;
      return [
        dispatch(directKernel, { buffers, uniforms, constants: { SQUARE: SQUARE ? 1 : 0, ...constants }, threads }),
      ];
    }
    if (variant.endsWith('tiles')) {
      const tiles = [Math.ceil(pixels / TILE) * 256, Math.ceil(blocks / (TILE / ROWS))] as const;
      const wanted = device.software ? 1 : Math.floor(MANY_GROUPS / ((tiles[0] / 256) * tiles[1] * groups));
      const share = roundUp(Math.ceil(whole.share / Math.max(1, wanted)), 4 * DEEP);
      const slots = Math.ceil(whole.share / share);
      const split = slots > 1;
      const half = variant === 'half tiles';
      const part = split ? scratch(f32(slots, ...output.shape)) : y;
      const biases = attrs.unbiased ? 0 : b.shape[0];
      const r = half ? scratch(f32(biases + PARTS)) : b;
      const sum = {
        buffers: { part, b, addend, gate, y },
        uniforms: { n: whole.total, slots, C, plane: H * W, ...into, flags, slope },
        threads: [whole.total],
      } as const;
      const range = { buffers: { x, b, r }, uniforms: { n: sizeOf(x.shape) }, threads: [PARTS * RANGE_GROUP] } as const;
      return [
        ...(half ? [dispatch(rangeKernel, range)] : []),
        dispatch(half ? halfTilesKernel : tilesKernel, {
          buffers: { ...buffers, b: r, y: part },
          uniforms: split ? { ...uniforms, M: C, m0: 0, slots, share, flags: 0 } : uniforms,
          constants: { SPLIT: split ? 1 : 0, ...constants },
          threads: [...tiles, groups * slots],
        }),
        ...(split ? [dispatch(sumKernel, sum)] : []),
      ];
    }
    const lanes = device.subgroupSize;
    const wide = { WGX: lanes, ...constants };
    const threads = [Math.ceil(pixels / (PIXELS * lanes)) * lanes, blocks, groups] as const;
    if (T * U === 1) return [dispatch(pointKernel, { buffers, uniforms, constants: wide, threads })];
    const deep = { TAPS: tapsATurn(U), ...wide };
    if (dense) {
      return [dispatch(lineKernel, { buffers, uniforms, constants: deep, threads: [quads, blocks, groups] })];
    }
    return [dispatch(generalKernel, { buffers, uniforms, constants: deep, threads })];
  },
  // In the order of the kernel: sum, then ReLU or gate.
  fuse: (attrs, epilogue) => {
    const { relu, add, gate } = attrs;
    if (relu !== undefined || gate) return undefined;
    if (epilogue.kind === 'relu') return { ...attrs, relu: epilogue.slope };
    if (epilogue.kind === 'gate') return { ...attrs, gate: { slope: epilogue.slope, rule: epilogue.rule } };
    return add ? undefined : { ...attrs, add: true };
  },
});

export interface FastAttrs {
  readonly stride: Pair;
  readonly pad: readonly [number, number, number, number];
  readonly dilation: Pair;
  readonly group: number;
  readonly relu?: number;
}

interface Weights {
  /** They never change. */
  readonly frozen: boolean;
  /** They are packed in half precision. */
  readonly half: boolean;
}

/** `conv2d(x, w, b)` for y `[N,K,P,Q]`. */
export function fastConv(
  tape: Tape,
  { x, w, b }: { readonly x: Value; readonly w: Value; readonly b: Value },
  y: Spec,
  attrs: FastAttrs,
  producer: Producer,
  { frozen, half }: Weights,
): Value {
  const { stride, dilation, group, pad: pads, relu } = attrs;
  const [, , H, W] = x.shape;
  const [K, Cg, R, S] = w.shape;
  const [, , P, Q] = y.shape;
  const Mg = K / group;
  const packed = tape.apply(pack, { w }, { group, backward: false, Mg, Ig: Cg, taps: [R, S], stride: [1, 1], half });
  const border = { top: pads[0], left: pads[1], height: H + pads[0] + pads[2], width: W + pads[1] + pads[3] };
  const read = withBorder(tape, x, border, producer);
  const more = relu === undefined ? {} : { relu };
  const product_ = { origin: read.origin, Cx: Cg, P, Q, Mg, stride, dilation, frozen, ...more };
  return tape.apply(product, { x: read.value, w: packed, b }, product_);
}

/**
 * `∂loss/∂x` for x of `shape`, plus `b` where it is there; undefined for a strided and dilated convolution, which stays with the
 * plain kernel.
 */
export function fastConvDx(
  tape: Tape,
  { dy, w, b }: { readonly dy: Value; readonly w: Value; readonly b?: Value },
  shape: Shape,
  attrs: FastAttrs,
  producer: Producer,
  { frozen, half }: Weights,
  device: DeviceTraits,
): Value | undefined {
  const { stride, dilation, group, pad: pads } = attrs;
  const [sy, sx] = stride;
  if ((sy > 1 && dilation[0] > 1) || (sx > 1 && dilation[1] > 1)) return undefined;
  const [, C, H, W] = shape;
  const [K, Cg, R, S] = w.shape;
  const Mg = Cg * sy * sx;
  const late = fitsPhases(device.software && hasSubgroups(device) ? ROWS : TILE, Mg, stride);
  const vertical = phases(H, R, sy, pads[0], dilation[0], late);
  const horizontal = phases(W, S, sx, pads[1], dilation[1], late);
  const Ig = K / group;
  const taps: Pair = [vertical.taps, horizontal.taps];
  const packed = tape.apply(pack, { w }, { group, backward: true, Mg, Ig, taps, stride, half });
  const border = {
    top: vertical.before,
    left: horizontal.before,
    height: vertical.padded,
    width: horizontal.padded,
  };
  const { value, origin } = withBorder(tape, dy, border, producer);
  const offset: Pair = [vertical.offset, horizontal.offset];
  const shuffle = { shape: [dy.shape[0], C, H, W], phases: stride, offset, late };
  const [P, Q] = [vertical.blocks, horizontal.blocks];
  const biased = b ? {} : ({ unbiased: true } as const);
  const sizes = { origin, Cx: Ig, P, Q, Mg, stride: [1, 1], dilation, frozen, ...biased } as const;
  // The bias that is not added has to be some buffer. A stride of one leaves every row where a forward pass has it.
  return tape.apply(product, { x: value, w: packed, b: b ?? value }, sy * sx > 1 ? { ...sizes, shuffle } : sizes);
}

/**
 * One axis of the gradient to the image. With h + pad = s·u + a, phase a sees the taps a, a+s, a+2s, …, so that
 * dx[h] = Σ_t dy[u − t] · w[a + s·t]: over t a convolution of stride 1, flipped, whose output index is u. The first u of a phase
 * below the offset lies outside; where phases may be `late`, all have as many blocks as the image has strides.
 */
function phases(size: number, taps: number, stride: number, pad: number, dilation: number, late: boolean) {
  const perPhase = Math.ceil(taps / stride);
  const first = Math.floor(pad / stride);
  const all = Math.floor((size - 1 + pad) / stride) - first + 1;
  const offset = pad - first * stride;
  return {
    taps: perPhase,
    blocks: late ? Math.ceil(size / stride) : all,
    before: (perPhase - 1) * dilation - first,
    padded: (late && offset > 0 ? Math.ceil(size / stride) + 1 : all) + (perPhase - 1) * dilation,
    offset,
  };
}
