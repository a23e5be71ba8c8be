// Sums, sums of squares and squared distances of each row, in float64.
import type { RefTensor } from '../reference.js';
import type { SumAttrs } from './rows.js';

export function ref({ a, b }: Record<string, RefTensor>, { kind }: SumAttrs): RefTensor {
  const [N] = a.shape;
  const size = a.data.length / N;
  const data = new Float64Array(N);
  a.data.forEach((v, i) => {
    const d = kind === 'distance' ? v - b.data[i] : v;
    data[Math.floor(i / size)] += kind === 'sum' ? d : d * d;
  });
  return { shape: [N], data };
}
