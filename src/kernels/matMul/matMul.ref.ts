// Matrix products with broadcasting, in float64.

import { broadcastShape } from '../binary/index.js';
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ a, b }: Record<string, RefTensor>, { transposeA, transposeB, factor = 1 }: Attrs): RefTensor {
  const left = a.shape.length === 1 ? { ...a, shape: [1, a.shape[0]] } : a;
  const right = b.shape.length === 1 ? { ...b, shape: [b.shape[0], 1] } : b;
  const element = (t: RefTensor, batch: readonly number[], i: number, j: number) => {
    const own = t.shape.slice(0, -2);
    const at = own.map((d, k) => (d === 1 ? 0 : batch[batch.length - own.length + k]));
    return get(t, ...at, i, j);
  };
  const [M, K] = transposeA ? left.shape.slice(-2).reverse() : left.shape.slice(-2);
  const N = right.shape.at(transposeB ? -2 : -1) ?? 1;
  const batch = broadcastShape('ref', left.shape.slice(0, -2), right.shape.slice(0, -2));
  const y = fill([...batch, M, N], (...at) => {
    const [m, n] = at.slice(-2);
    const group = at.slice(0, -2);
    let sum = 0;
    for (let k = 0; k < K; k++) {
      const l = transposeA ? element(left, group, k, m) : element(left, group, m, k);
      sum += l * (transposeB ? element(right, group, n, k) : element(right, group, k, n));
    }
    return factor * sum;
  });
  return {
    data: y.data,
    shape: [...batch, ...(a.shape.length === 1 ? [] : [M]), ...(b.shape.length === 1 ? [] : [N])],
  };
}
