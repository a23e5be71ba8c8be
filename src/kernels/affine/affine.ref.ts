// A factor and a shift for each channel, in float64.
import { sizeBetween } from '../../core/shape.js';
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, scale, shift }: Record<string, RefTensor>, { relu }: Attrs): RefTensor {
  const inner = sizeBetween(x.shape, 2);
  return map(x, (v, i) => {
    const c = Math.floor(i / inner) % x.shape[1];
    const y = v * scale.data[c] + shift.data[c];
    return relu === undefined || y > 0 ? y : relu * y;
  });
}
