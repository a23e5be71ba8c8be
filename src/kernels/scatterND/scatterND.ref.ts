// Parts written at tuples of indices, one after another, in float64.
import { sizeBetween } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, at, updates }: Record<string, RefTensor>, { reduction }: Attrs): RefTensor {
  const k = at.shape[at.shape.length - 1];
  const inner = sizeBetween(x.shape, k);
  const data = Float64Array.from(x.data);
  for (let m = 0; m < at.data.length / k; m++) {
    let row = 0;
    for (let i = 0; i < k; i++) {
      const index = at.data[m * k + i];
      row = row * x.shape[i] + (index < 0 ? index + x.shape[i] : index);
    }
    for (let i = 0; i < inner; i++) {
      const update = updates.data[m * inner + i];
      data[row * inner + i] = reduction === 'add' ? data[row * inner + i] + update : update;
    }
  }
  return { shape: x.shape, data };
}
