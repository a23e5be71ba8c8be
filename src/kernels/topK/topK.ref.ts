// The greatest or least elements along an axis, by sorting.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { axis: given, k, least, output }: Attrs): RefTensor {
  const axis = given < 0 ? given + x.shape.length : given;
  const shape = x.shape.map((d, i) => (i === axis ? k : d));
  return fill(shape, (...to) => {
    const row = Array.from({ length: x.shape[axis] }, (_, l) => get(x, ...to.map((v, i) => (i === axis ? l : v))));
    const order = row.map((_, l) => l).sort((a, b) => (least ? row[a] - row[b] : row[b] - row[a]) || a - b);
    const l = order[to[axis]];
    return output === 'indices' ? l : row[l];
  });
}
