// Tables for ../resample: which old indices each new one is made of when padding, slicing, tiling or resizing an axis.
import { ShapeError } from '../../core/errors.js';
import type { Shape } from '../../core/shape.js';

/** How one axis is resampled. */
export interface Table {
  readonly axis: number;
  /** `[J·taps]`: the old indices of each new one; −1 stands for `fill`. */
  readonly at: readonly number[];
  /** `[J·taps]`; absent: all 1. */
  readonly weight?: readonly number[];
  readonly taps: number;
  readonly fill: number;
}

/** A table that selects these indices. */
export const take = (axis: number, at: readonly number[], fill = 0): Table => ({ axis, at, taps: 1, fill });

/** Limit for tables: an axis of a million, far above any image or sentence. Files may claim any length. */
const MAX_LENGTH = 2 ** 20;

/** Returns `n`, if a table may have that many entries. @throws ShapeError */
export function tableLength(n: number): number {
  if (n <= MAX_LENGTH) return n;
  throw new ShapeError('resample', `an axis is made anew by at most ${MAX_LENGTH} indices, ${n} are asked for`);
}

const count = (n: number): number[] => Array.from({ length: tableLength(n) }, (_, i) => i);

export type PadMode = 'constant' | 'reflect' | 'edge' | 'wrap';

/** Adds elements before and after each axis; negative numbers crop. */
export function padTables(
  shape: Shape,
  before: readonly number[],
  after: readonly number[],
  mode: PadMode,
  fill: number,
): Table[] {
  return shape.map((L, axis) => {
    const period = 2 * (L - 1);
    const source = (i: number): number => {
      if (i >= 0 && i < L) return i;
      if (mode === 'constant') return -1;
      if (mode === 'edge') return Math.min(Math.max(i, 0), L - 1);
      if (mode === 'wrap') return ((i % L) + L) % L;
      const m = period === 0 ? 0 : ((i % period) + period) % period;
      return m < L ? m : period - m;
    };
    const length = L + before[axis] + after[axis];
    if (length < 1) throw new ShapeError('pad', `nothing is left of axis ${axis}, which has ${L}`);
    return take(
      axis,
      count(length).map((j) => source(j - before[axis])),
      fill,
    );
  });
}

/**
 * The start and length of `start:end:step` by NumPy's rules: negative indices count from the end, and both are clipped to the
 * axis.
 */
export function sliceRange(L: number, start: number, end: number, step: number): { from: number; length: number } {
  const clamp = (i: number, low: number, high: number) => Math.min(Math.max(i < 0 ? i + L : i, low), high);
  const from = step > 0 ? clamp(start, 0, L) : clamp(start, -1, L - 1);
  const to = step > 0 ? clamp(end, 0, L) : clamp(end, -1, L - 1);
  return { from, length: Math.max(0, Math.ceil((to - from) / step)) };
}

/** Indices of `start:end:step`. */
export function sliceTable(axis: number, L: number, start: number, end: number, step: number): Table {
  const { from, length } = sliceRange(L, start, end, step);
  if (length === 0)
    throw new ShapeError('slice', `${start}:${end}:${step} leaves nothing of axis ${axis}, which has ${L}`);
  return take(
    axis,
    count(length).map((i) => from + i * step),
  );
}

/** Repeats the axis. */
export const tileTable = (axis: number, L: number, times: number): Table =>
  take(
    axis,
    count(L * times).map((j) => j % L),
  );

export interface ResizeOptions {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  /** The position of a new index in the old axis; ONNX's names. */
  readonly coordinates?: string;
  /** How `nearest` rounds; ONNX's names. */
  readonly rounding?: string;
  readonly cubic?: number;
  readonly excludeOutside?: boolean;
  /** Uses wider filters when reducing. */
  readonly antialias?: boolean;
  /** For `tf_crop_and_resize`: the part of the axis, and the value beyond the axis. */
  readonly region?: readonly [start: number, end: number];
  readonly extrapolation?: number;
}

/** Resizes an axis of L to J; `scale` is J / L, or the file's number. ONNX's Resize along one axis. */
export function resizeTable(axis: number, L: number, J: number, scale: number, options: ResizeOptions): Table {
  const { mode, coordinates = 'half_pixel', antialias = false, excludeOutside = false } = options;
  const fill = options.extrapolation ?? 0;
  const at: number[] = [];
  const weight: number[] = [];
  const shrink = antialias ? Math.min(scale, 1) : 1;
  const reach = mode === 'nearest' ? 0 : Math.ceil((mode === 'linear' ? 1 : 2) / shrink);
  const taps = mode === 'nearest' ? 1 : 2 * reach;
  tableLength(J * taps);
  for (let j = 0; j < J; j++) {
    const from = sourceOf(j, L, J, scale, coordinates, options.region ?? [0, 1]);
    if (coordinates === 'tf_crop_and_resize' && !(from >= 0 && from <= L - 1)) {
      for (let t = 0; t < taps; t++) {
        at.push(-1);
        weight.push(t === 0 ? 1 : 0);
      }
    } else if (mode === 'nearest') {
      at.push(Math.min(Math.max(nearest(from, options.rounding ?? 'round_prefer_floor'), 0), L - 1));
      weight.push(1);
    } else {
      const first = Math.floor(from) - reach + 1;
      const kernel = mode === 'linear' ? triangle : cubicOf(options.cubic ?? -0.75);
      const raw = count(taps).map((t) => {
        const outside = first + t < 0 || first + t >= L;
        return excludeOutside && outside ? 0 : kernel((first + t - from) * shrink);
      });
      const total = antialias || excludeOutside ? raw.reduce((a, b) => a + b, 0) : 1;
      raw.forEach((w, t) => {
        at.push(Math.min(Math.max(first + t, 0), L - 1));
        weight.push(w / total);
      });
    }
  }
  return { axis, at, weight, taps, fill };
}

function sourceOf(
  j: number,
  L: number,
  J: number,
  scale: number,
  how: string,
  [start, end]: readonly [number, number],
): number {
  // In single precision, step by step as in onnxruntime: if two pixels are equally near, rounding decides.
  const f = Math.fround;
  const half = () => f(f((j + 0.5) / f(scale)) - 0.5);
  switch (how) {
    case 'asymmetric':
      return f(j / f(scale));
    case 'align_corners':
      return J === 1 ? 0 : f((j * (L - 1)) / (J - 1));
    case 'pytorch_half_pixel':
      return J === 1 ? 0 : half();
    case 'tf_half_pixel_for_nn':
      return f((j + 0.5) / f(scale));
    case 'half_pixel_symmetric': {
      // The new size is rounded, so the remainder is divided between both ends.
      const adjust = f(J / f(f(scale) * L));
      const offset = f((L / 2) * f(1 - adjust));
      return f(offset + half());
    }
    case 'tf_crop_and_resize': {
      if (J === 1) return f(f(0.5 * f(start + end)) * (L - 1));
      const along = f(f(f(j * f(end - start)) * (L - 1)) / (J - 1));
      return f(f(start * (L - 1)) + along);
    }
    default:
      return half();
  }
}

function nearest(v: number, how: string): number {
  if (how === 'floor') return Math.floor(v);
  if (how === 'ceil') return Math.ceil(v);
  if (how === 'round_prefer_ceil') return Math.floor(v + 0.5);
  return Math.ceil(v - 0.5);
}

const triangle = (d: number): number => Math.max(0, 1 - Math.abs(d));

/** Keys 1981, with the free parameter a. */
const cubicOf = (a: number) => (d: number) => {
  const t = Math.abs(d);
  if (t <= 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
  if (t < 2) return a * (t ** 3 - 5 * t ** 2 + 8 * t - 4);
  return 0;
};
