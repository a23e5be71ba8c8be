// Windows of maps: how an op makes a part of its output from a part of its input. See ../autodiff/focus.ts.
import type { Value } from './tape.js';

/** Rows `top` to `bottom` and columns `left` to `right` of a map `[N, C, H, W]`, the last ones excluded. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** How an op that looks at its maps through a sliding window, or point by point, makes a window of its output. */
export interface Windowed<I extends string = string, A = unknown> {
  /** The inputs that are maps; the others (weights) are taken whole. `all` for variadic ops. */
  readonly of: readonly I[] | 'all';
  /** False where these attributes do not allow a part to be made alone. */
  possible?(attrs: A): boolean;
  /**
   * What an output region needs of a map, which may reach beyond its borders. Absent: the same region; where that is not
   * possible, all of the map. Receptive fields follow it even where a part cannot be made alone.
   */
  needs?(attrs: A, region: Region, inputs: Readonly<Record<string, Value>>): Region;
  /** The attributes that make the output that needs `needed` from maps of which the part `given` is there. */
  attrs?(attrs: A, needed: Region, given: Region): A;
}

/** What a sliding window needs, for output `region`. */
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

/** The padding that makes exactly what `needed` asks for out of `given`; negative where there is more than needed. */
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
