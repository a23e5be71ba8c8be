// numpy.percentile(x, q) of each row with linear interpolation, in float64; with the element that `x < v` compares with.
import type { RefTensor } from '../reference.js';

/** The q-th percentile (0..100) of values, as numpy computes it. */
export function percentileOf(values: Float64Array, q: number): number {
  const sorted = Float64Array.from(values).sort();
  const position = (q / 100) * (sorted.length - 1);
  const low = Math.min(Math.floor(position), sorted.length - 1);
  const a = sorted[low];
  const b = sorted[Math.min(low + 1, sorted.length - 1)];
  const t = position - low;
  return t >= 0.5 ? b - (b - a) * (1 - t) : a + (b - a) * t;
}

export function ref({ x }: Record<string, RefTensor>, q: number): RefTensor {
  const [N] = x.shape;
  const size = x.data.length / N;
  const data = new Float64Array(N * 2);
  for (let n = 0; n < N; n++) {
    const row = x.data.slice(n * size, (n + 1) * size);
    const v = percentileOf(row, q);
    data[2 * n] = v;
    // The smallest element that is not below v: `x < v` and `x < bound` zero the same elements.
    data[2 * n + 1] = row.filter((e) => e >= v).reduce((m, e) => Math.min(m, e), Number.POSITIVE_INFINITY);
  }
  return { shape: [N, 2], data };
}
