// Adjacent axes as one.
import { sizeBetween } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { axis, end }: Attrs): RefTensor {
  const to = (end < 0 ? end + x.shape.length : end) + 1;
  return { shape: [...x.shape.slice(0, axis), sizeBetween(x.shape, axis, to), ...x.shape.slice(to)], data: x.data };
}
