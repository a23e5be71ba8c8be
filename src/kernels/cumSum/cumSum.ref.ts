// Running sums along an axis, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { axis, exclusive, reverse }: Attrs): RefTensor {
  const along = axis < 0 ? axis + x.shape.length : axis;
  return fill(x.shape, (...at) => {
    let sum = 0;
    for (let k = 0; k < x.shape[along]; k++) {
      const before = reverse ? k > at[along] : k < at[along];
      if (before || (!exclusive && k === at[along])) sum += get(x, ...at.map((v, i) => (i === along ? k : v)));
    }
    return sum;
  });
}
