// Local response normalization within a channel, in float64: Caffe's WITHIN_CHANNEL.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { size, alpha, beta }: Attrs): RefTensor {
  const half = (size - 1) / 2;
  return fill(x.shape, (n, c, h, w) => {
    let sum = 0;
    for (let i = h - half; i <= h + half; i++)
      for (let j = w - half; j <= w + half; j++) sum += get(x, n, c, i, j) ** 2;
    return get(x, n, c, h, w) * (1 + (alpha / size ** 2) * sum) ** -beta;
  });
}
