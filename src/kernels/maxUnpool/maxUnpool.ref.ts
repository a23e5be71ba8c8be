// Maxima put back where they were, in float64.
import { coordinates } from '../../core/shape.js';
import { fill, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, at }: Record<string, RefTensor>, { kernel, stride, before, after, size }: Attrs): RefTensor {
  const pooled = kernel.map((k, i) => (x.shape[i + 2] - 1) * stride[i] + k - before[i] - after[i]);
  const shape = [x.shape[0], x.shape[1], ...pooled];
  const y = fill([x.shape[0], x.shape[1], ...(size ?? pooled)], () => 0);
  x.data.forEach((v, i) => {
    const place = coordinates(shape, at.data[i]).reduce((index, c, axis) => index * y.shape[axis] + c, 0);
    y.data[place] = v;
  });
  return y;
}
