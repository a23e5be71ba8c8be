// A range of one axis, in float64.
import { sizeBetween } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { axis, start, end }: Attrs): RefTensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const shape = x.shape.map((dim, i) => (i === at ? end - start : dim));
  const inner = sizeBetween(x.shape, at + 1);
  const rows: number[] = [];
  for (let o = 0; o < sizeBetween(x.shape, 0, at); o++) {
    const first = o * x.shape[at] * inner;
    rows.push(...x.data.subarray(first + start * inner, first + end * inner));
  }
  return { shape, data: Float64Array.from(rows) };
}
