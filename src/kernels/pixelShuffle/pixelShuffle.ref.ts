// Channels to pixels and back, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { block: b, order }: Attrs): RefTensor {
  const [N, C, H, W] = x.shape;
  if (order === 'inverse') {
    return fill([N, C * b * b, H / b, W / b], (n, k, h, w) => {
      const at = Math.floor(k / C);
      return get(x, n, k % C, h * b + Math.floor(at / b), w * b + (at % b));
    });
  }
  const K = C / (b * b);
  return fill([N, K, H * b, W * b], (n, k, h, w) => {
    const at = (h % b) * b + (w % b);
    return get(x, n, order === 'dcr' ? at * K + k : k * b * b + at, Math.floor(h / b), Math.floor(w / b));
  });
}
