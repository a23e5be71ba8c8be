// Axes in another order, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { order }: Attrs): RefTensor {
  return fill(
    order.map((i) => x.shape[i]),
    (...at) => get(x, ...order.map((_, i) => at[order.indexOf(i)])),
  );
}
