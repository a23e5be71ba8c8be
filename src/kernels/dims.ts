// Helpers that several layers' shape rules share.
import { ShapeError } from '../core/errors.js';
import { formatShape, type Shape, type Spec } from '../core/shape.js';

export type Pair = readonly [y: number, x: number];
/** Rows and columns added around the image: `[top, left, bottom, right]`. */
export type Pads = readonly [top: number, left: number, bottom: number, right: number];

/** `[N, C, H, W]`, or an error that names the argument. */
export function dims4(op: string, name: string, spec: Spec): readonly [number, number, number, number] {
  const [n, c, h, w] = spec.shape;
  if (spec.shape.length !== 4) throw new ShapeError(op, `${name} must be [N,C,H,W], got ${formatShape(spec.shape)}`);
  return [n, c, h, w];
}

/** An axis counted from the front; negative ones count from the back. */
export function normalizeAxis(op: string, axis: number, rank: number): number {
  const positive = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(positive) || positive < 0 || positive >= rank) {
    throw new ShapeError(op, `axis ${axis} is outside a shape of rank ${rank}`);
  }
  return positive;
}

export function expectShape(op: string, name: string, got: Shape, want: Shape, why: string): void {
  if (got.length !== want.length || got.some((dim, i) => dim !== want[i])) {
    throw new ShapeError(op, `${name} must be ${formatShape(want)} (${why}), got ${formatShape(got)}`);
  }
}

/** Size of the output of a sliding window, rounded down: convolution. */
export function windowOutput(size: number, kernel: number, stride: number, padding: number, dilation: number): number {
  return Math.floor((size + padding - (dilation * (kernel - 1) + 1)) / stride) + 1;
}
