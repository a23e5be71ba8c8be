// Parts of a value by tuples of indices, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, at }: Record<string, RefTensor>, { batch }: Attrs): RefTensor {
  const k = at.shape[at.shape.length - 1];
  const rank = at.shape.length - 1;
  return fill([...at.shape.slice(0, -1), ...x.shape.slice(batch + k)], (...to) => {
    const tuple = Array.from({ length: k }, (_, i) => {
      const index = get(at, ...to.slice(0, rank), i);
      return index < 0 ? index + x.shape[batch + i] : index;
    });
    return get(x, ...to.slice(0, batch), ...tuple, ...to.slice(rank));
  });
}
