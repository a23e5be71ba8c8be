// Shapes and element types, which every value has, and how messages print them.

/** Dimensions, outermost first. Images and activations are `[N, C, H, W]`, always contiguous. */
export type Shape = readonly number[];

/** `f32` holds data; `u32` holds indices and packed RGBA8 pixels. */
export type DType = 'f32' | 'u32';

/** Shape and type of a value, known before the value exists. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** A record with exactly the keys `K`. */
export type Named<K extends string, T> = { readonly [P in K]: T };

/** Elements in `shape`; a scalar `[]` has one. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** Elements in `shape[from..to)`: `stride(x, 2)` of `[N, C, H, W]` is `H·W`. */
export function sizeBetween(shape: Shape, from: number, to: number = shape.length): number {
  return sizeOf(shape.slice(from, to));
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** `[1,3,227,227]`: the form of shapes in every message. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(',')}]`;
}

/** `index` of a flat array of `shape`, as coordinates for a human. */
export function coordinates(shape: Shape, index: number): number[] {
  const out: number[] = [];
  let rest = index;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    out.unshift(rest % shape[axis]);
    rest = Math.floor(rest / shape[axis]);
  }
  return out;
}

/** Single-precision floats of a shape: `f32(1, 3, 64, 64)`. */
export const f32 = (...shape: number[]): Spec => ({ shape, dtype: 'f32' });
/** Unsigned 32-bit integers of a shape. */
export const u32 = (...shape: number[]): Spec => ({ shape, dtype: 'u32' });
