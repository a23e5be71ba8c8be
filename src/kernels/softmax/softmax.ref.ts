// Softmax over adjacent axes, in float64.
import { type Shape, sizeBetween } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { from, to }: Attrs): RefTensor {
  const shape: Shape = x.shape;
  const outer = sizeBetween(shape, 0, from);
  const L = sizeBetween(shape, from, to);
  const inner = sizeBetween(shape, to);
  const data = new Float64Array(x.data.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (l: number) => (o * L + l) * inner + i;
      const row = Array.from({ length: L }, (_, l) => x.data[at(l)]);
      const most = Math.max(...row);
      const total = row.reduce((sum, v) => sum + Math.exp(v - most), 0);
      row.forEach((v, l) => {
        data[at(l)] = Math.exp(v - most) / total;
      });
    }
  }
  return { shape, data };
}
