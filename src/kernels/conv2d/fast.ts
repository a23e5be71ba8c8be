// The fast convolution: border added, weights packed once per plan, and one product for the forward pass and for the gradient to
// the image at any stride. conv2d.wgsl and conv2d_dx.wgsl say what it computes; variants/ has the ways of making the product.
import type { Shape, Spec } from '../../core/shape.js';
import type { DeviceTraits } from '../../gpu/context.js';
import type { Producer, Tape, Value } from '../../graph/tape.js';
import type { Pair } from '../dims.js';
import { padKernel, withBorder } from './border.js';
import { pack, packKernel, ROWS } from './pack.js';
import { product } from './product.js';
import * as variants from './variants/index.js';
import { TILE } from './variants/tiles.js';
import { fitsPhases, hasSubgroups } from './variants/variant.js';

export const kernels = [padKernel, packKernel, ...variants.kernels];

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
