// Each channel's maximum and the index of its first occurrence, in float64.
import { sizeBetween } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';

export function ref({ x }: Record<string, RefTensor>): RefTensor {
  const [N, C] = x.shape;
  const size = sizeBetween(x.shape, 2);
  const data = new Float64Array(N * C * 2);
  for (let plane = 0; plane < N * C; plane++) {
    const map = x.data.subarray(plane * size, (plane + 1) * size);
    const best = map.reduce((a, b) => Math.max(a, b));
    data[plane * 2] = best;
    data[plane * 2 + 1] = Number.isNaN(best) ? map.findIndex(Number.isNaN) : map.indexOf(best);
  }
  return { shape: [N, C, 2], data };
}
