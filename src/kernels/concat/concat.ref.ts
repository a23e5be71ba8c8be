// Values joined along an axis, in float64.
import { sizeBetween } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref(inputs: Record<string, RefTensor>, { axis }: Attrs): RefTensor {
  const parts = Object.values(inputs);
  const length = parts.reduce((sum, p) => sum + p.shape[axis], 0);
  const shape = parts[0].shape.map((dim, i) => (i === axis ? length : dim));
  const outer = sizeBetween(shape, 0, axis);
  const data = new Float64Array(outer * sizeBetween(shape, axis));
  let at = 0;
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const block = sizeBetween(part.shape, axis);
      data.set(part.data.subarray(o * block, (o + 1) * block), at);
      at += block;
    }
  }
  return { shape, data };
}
