// Elements written along an axis, one after another, in float64.
import { coordinates, sizeOf } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, at, updates }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const axis = attrs.axis < 0 ? attrs.axis + x.shape.length : attrs.axis;
  const data = Float64Array.from(x.data);
  for (let k = 0; k < sizeOf(at.shape); k++) {
    const to = coordinates(at.shape, k);
    to[axis] = at.data[k] < 0 ? at.data[k] + x.shape[axis] : at.data[k];
    const place = to.reduce((index, c, i) => index * x.shape[i] + c, 0);
    data[place] = attrs.reduction === 'add' ? data[place] + updates.data[k] : updates.data[k];
  }
  return { shape: x.shape, data };
}
