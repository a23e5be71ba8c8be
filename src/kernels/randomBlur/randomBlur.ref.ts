// scipy.ndimage.gaussian_filter of each image with its own standard deviation, in float64.
import { ref as blur } from '../blur/blur.ref.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, draws }: Record<string, RefTensor>, { low, high }: Attrs): RefTensor {
  const [N, ...image] = x.shape;
  const size = x.data.length / N;
  const data = new Float64Array(x.data.length);
  for (let n = 0; n < N; n++) {
    const sigma = Number(low) + (Number(high) - Number(low)) * draws.data[n];
    const own = { shape: [1, ...image], data: x.data.subarray(n * size, (n + 1) * size) };
    // A blur of no width.
    data.set(sigma < 0.125 ? own.data : blur({ x: own }, sigma).data, n * size);
  }
  return { shape: x.shape, data };
}
