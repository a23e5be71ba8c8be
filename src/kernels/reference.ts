// Helpers for the float64 references next to the kernels: plain arrays with a shape. For tests only; no published code imports
// it.
import { type Shape, sizeOf } from '../core/shape.js';

export interface RefTensor {
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** A float64 tensor of `shape` whose element at each coordinate is `f(...coordinates)`. */
export function fill(shape: Shape, f: (...at: number[]) => number): RefTensor {
  const data = new Float64Array(sizeOf(shape));
  const at = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = f(...at);
    for (let axis = shape.length - 1; axis >= 0 && ++at[axis] === shape[axis]; axis--) at[axis] = 0;
  }
  return { shape, data };
}

/** The element of `t` at coordinates, or 0 outside. */
export function get(t: RefTensor, ...at: number[]): number {
  let index = 0;
  for (let axis = 0; axis < t.shape.length; axis++) {
    if (at[axis] < 0 || at[axis] >= t.shape[axis]) return 0;
    index = index * t.shape[axis] + at[axis];
  }
  return t.data[index];
}

/** `f` of each element. */
export function map(t: RefTensor, f: (v: number, i: number) => number): RefTensor {
  return { shape: t.shape, data: t.data.map(f) };
}
