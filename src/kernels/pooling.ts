// Window geometry of max and average pooling: the size rules of Caffe and ONNX.
import { ShapeError } from '../core/errors.js';
import { f32, formatShape, type Shape, type Spec } from '../core/shape.js';
import { type Region, slidingNeeds } from '../graph/windows.js';
import { dims4, type Pads, type Pair } from './dims.js';

export interface PoolAttrs {
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: Pads;
  /** `ceil` is Caffe's rule: a last window that starts in the padding is dropped. */
  readonly rounding: 'floor' | 'ceil';
  /** One window over the whole map; the other attributes are ignored. */
  readonly global: boolean;
}

export const poolUniforms = {
  n: 'u32',
  H: 'i32',
  W: 'i32',
  P: 'u32',
  Q: 'u32',
  R: 'i32',
  S: 'i32',
  sy: 'i32',
  sx: 'i32',
  py: 'i32',
  px: 'i32',
  padH: 'i32',
  padW: 'i32',
} as const;

/** Output spec of a pooling. @throws ShapeError */
export function inferPool(op: string, x: Spec, attrs: PoolAttrs): Spec {
  const [N, C, H, W] = dims4(op, 'x', x);
  if (attrs.global) return f32(N, C, 1, 1);
  const { kernel, stride, pad, rounding } = attrs;
  const P = poolOutput(H, kernel[0], stride[0], pad[0], pad[2], rounding);
  const Q = poolOutput(W, kernel[1], stride[1], pad[1], pad[3], rounding);
  if (!(P >= 1 && Q >= 1)) {
    throw new ShapeError(
      op,
      `the window ${kernel.join('x')} is larger than the padded image (x ${formatShape(x.shape)})`,
    );
  }
  if (pad[0] >= kernel[0] || pad[2] >= kernel[0] || pad[1] >= kernel[1] || pad[3] >= kernel[1]) {
    throw new ShapeError(
      op,
      `pad must be smaller than the window, got pad ${pad.join(',')} and window ${kernel.join('x')}`,
    );
  }
  return f32(N, C, P, Q);
}

function poolOutput(
  size: number,
  window: number,
  stride: number,
  before: number,
  after: number,
  rounding: 'floor' | 'ceil',
): number {
  const room = size + before + after - window;
  if (room < 0) return 0;
  if (rounding === 'floor') return Math.floor(room / stride) + 1;
  const out = Math.ceil(room / stride) + 1;
  return (out - 1) * stride >= size + before ? out - 1 : out;
}

/** Uniforms of a pooling kernel over `n` planes, x `[N,C,H,W]` giving `[N,C,P,Q]`. */
export function poolSizes(n: number, x: Shape, y: Shape, attrs: PoolAttrs) {
  const [, , H, W] = x;
  const [R, S] = attrs.global ? [H, W] : attrs.kernel;
  const [sy, sx] = attrs.global ? [1, 1] : attrs.stride;
  const [py, px, bottom, right] = attrs.global ? [0, 0, 0, 0] : attrs.pad;
  return { n, H, W, P: y[2], Q: y[3], R, S, sy, sx, py, px, padH: H + bottom, padW: W + right };
}

/** The input region that output region `region` of a pooling needs. */
export function poolNeeds(attrs: PoolAttrs, region: Region, { x }: Readonly<Record<string, Spec>>): Region {
  const [, , H, W] = x.shape;
  if (attrs.global) return { top: 0, left: 0, bottom: H, right: W };
  return slidingNeeds(region, attrs.kernel, attrs.stride, attrs.pad);
}
