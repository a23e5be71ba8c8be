// Elements by indices of their own, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, at }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis;
  return fill(at.shape, (...to) => {
    const index = get(at, ...to);
    return get(x, ...to.map((v, i) => (i === axis ? (index < 0 ? index + x.shape[axis] : index) : v)));
  });
}
