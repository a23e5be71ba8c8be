// Local response normalization across channels, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { size, alpha, beta, k }: Attrs): RefTensor {
  const half = (size - 1) / 2;
  return fill(x.shape, (n, c, h, w) => {
    let sum = 0;
    for (let j = c - half; j <= c + half; j++) sum += get(x, n, j, h, w) ** 2;
    return get(x, n, c, h, w) * (k + (alpha / size) * sum) ** -beta;
  });
}
