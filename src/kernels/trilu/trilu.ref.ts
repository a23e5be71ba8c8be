// Triangles of matrices, in float64.
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { upper, k }: Attrs): RefTensor {
  const [M, N] = x.shape.slice(-2);
  return map(x, (v, i) => {
    const [row, column] = [Math.floor(i / N) % M, i % N];
    return (upper ? column >= row + k : column <= row + k) ? v : 0;
  });
}
