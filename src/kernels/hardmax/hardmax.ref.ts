// 1 at the maximum, in float64.
import { sizeBetween } from '../../core/shape.js';
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { from, to }: Attrs): RefTensor {
  const [L, inner] = [sizeBetween(x.shape, from, to), sizeBetween(x.shape, to)];
  return map(x, (_, i) => {
    const first = Math.floor(i / (L * inner)) * L * inner + (i % inner);
    const row = Array.from({ length: L }, (_v, l) => x.data[first + l * inner]);
    return Number(first + row.indexOf(Math.max(...row)) * inner === i);
  });
}
