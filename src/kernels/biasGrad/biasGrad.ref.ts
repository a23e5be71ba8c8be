// Everything but the channel axis summed away, in float64.
import type { RefTensor } from '../reference.js';

export function ref({ dy }: Record<string, RefTensor>): RefTensor {
  const [, K, ...rest] = dy.shape;
  const inner = rest.reduce((a, b) => a * b, 1);
  const data = new Float64Array(K);
  dy.data.forEach((v, i) => {
    data[Math.floor(i / inner) % K] += v;
  });
  return { shape: [K], data };
}
