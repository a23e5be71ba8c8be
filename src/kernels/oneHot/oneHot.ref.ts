// One-hot vectors, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ at, values }: Record<string, RefTensor>, { axis: given, depth }: Attrs): RefTensor {
  const axis = given < 0 ? given + at.shape.length + 1 : given;
  return fill([...at.shape.slice(0, axis), depth, ...at.shape.slice(axis)], (...to) => {
    const index = get(at, ...to.filter((_, i) => i !== axis));
    return values.data[(index < 0 ? index + depth : index) === to[axis] ? 1 : 0];
  });
}
