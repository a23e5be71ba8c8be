// One number of each image, in float64.
import type { RefTensor } from '../reference.js';

export function ref({ x }: Record<string, RefTensor>, { index }: { index: number }): RefTensor {
  const [N] = x.shape;
  const size = x.data.length / N;
  return { shape: [N], data: Float64Array.from({ length: N }, (_, n) => x.data[n * size + index]) };
}
