// Parts of a value by indices, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, at }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const rank = at.shape.length;
  const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis;
  return fill([...x.shape.slice(0, axis), ...at.shape, ...x.shape.slice(axis + 1)], (...to) => {
    const index = get(at, ...to.slice(axis, axis + rank));
    return get(x, ...to.slice(0, axis), index < 0 ? index + x.shape[axis] : index, ...to.slice(axis + rank));
  });
}
