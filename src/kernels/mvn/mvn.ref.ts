// Mean-variance normalization in float64.
import { sizeBetween } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { kind, eps, axis }: Attrs): RefTensor {
  const L = sizeBetween(x.shape, axis);
  const data = new Float64Array(x.data.length);
  for (let from = 0; from < data.length; from += L) {
    const part = x.data.subarray(from, from + L);
    const mean = part.reduce((a, b) => a + b, 0) / L;
    const variance = part.reduce((a, b) => a + (b - mean) ** 2, 0) / L;
    part.forEach((v, l) => {
      data[from + l] = (v - mean) / (kind === 'mvn' ? Math.sqrt(variance) + eps : 1);
    });
  }
  return { shape: x.shape, data };
}
