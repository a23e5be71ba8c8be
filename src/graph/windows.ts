// Windows of maps: how an op computes a part of its output from a part of its input. See ../autodiff/focus.ts.
import type { Spec } from '../core/shape.js';

/** Rows `top` to `bottom` and columns `left` to `right` of a map `[N, C, H, W]`. `bottom` and `right` are excluded. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** How a sliding-window or elementwise op computes a window of its output. */
export interface Windowed<I extends string = string, A = unknown> {
  /** The inputs that are maps. Other inputs (weights) are used whole. `all` for variadic ops. */
  readonly of: readonly I[] | 'all';
  /** False if these attributes do not allow computing a part alone. */
  possible?(attrs: A): boolean;
  /**
   * The part of a map that an output region needs; it may reach beyond the map's borders. If absent: the same region, or the
   * whole map if that is impossible. Receptive fields use this even if a part cannot be computed alone.
   */
  needs?(attrs: A, region: Region, inputs: Readonly<Record<string, Spec>>): Region;
  /** The attributes to compute the output that needs `needed`, from maps of which only the part `given` exists. */
  attrs?(attrs: A, needed: Region, given: Region): A;
}

/** The input region that a sliding window needs for output `region`. */
export function slidingNeeds(
  region: Region,
  size: readonly [number, number],
  stride: readonly [number, number],
  pad: readonly number[],
): Region {
  return {
    top: region.top * stride[0] - pad[0],
    left: region.left * stride[1] - pad[1],
    bottom: (region.bottom - 1) * stride[0] - pad[0] + size[0],
    right: (region.right - 1) * stride[1] - pad[1] + size[1],
  };
}

/** The padding that turns `given` into exactly `needed`; negative if `given` is larger. */
export const paddingFor = (needed: Region, given: Region): readonly [number, number, number, number] => [
  given.top - needed.top,
  given.left - needed.left,
  needed.bottom - given.bottom,
  needed.right - given.right,
];

export const isEmpty = (a: Region): boolean => a.top >= a.bottom || a.left >= a.right;
export const contains = (a: Region, b: Region): boolean =>
  a.top <= b.top && a.left <= b.left && a.bottom >= b.bottom && a.right >= b.right;
export const intersection = (a: Region, b: Region): Region => ({
  top: Math.max(a.top, b.top),
  left: Math.max(a.left, b.left),
  bottom: Math.min(a.bottom, b.bottom),
  right: Math.min(a.right, b.right),
});
export const union = (a: Region, b: Region): Region => ({
  top: Math.min(a.top, b.top),
  left: Math.min(a.left, b.left),
  bottom: Math.max(a.bottom, b.bottom),
  right: Math.max(a.right, b.right),
});
