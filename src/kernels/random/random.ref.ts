// Random numbers by hash, in float64: the same integers, and the logarithm and cosine of doubles.
import type { Distribution } from './index.js';

/** PCG's output function (Jarzynski & Olano 2020) on 32-bit integers. */
export function hash(v: number): number {
  const state = (Math.imul(v, 747796405) + 2891336453) >>> 0;
  const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277803737) >>> 0;
  return ((word >>> 22) ^ word) >>> 0;
}

/** Numbers `[N, size]` for each seed. */
export function ref(
  seeds: readonly number[],
  step: number,
  size: number,
  attrs: { readonly distribution: Distribution; readonly stream: number },
): Float64Array {
  const out = new Float64Array(seeds.length * size);
  const middle = (drawn: number) => ((drawn >>> 8) + 0.5) / 2 ** 24;
  for (const [n, seed] of seeds.entries()) {
    const key = hash((step ^ hash((seed ^ hash(attrs.stream)) >>> 0)) >>> 0);
    for (let i = 0; i < size; i++) {
      const drawn = (place: number) => hash((place ^ key) >>> 0);
      out[n * size + i] =
        attrs.distribution === 'uniform'
          ? (drawn(i) >>> 8) / 2 ** 24
          : Math.sqrt(-2 * Math.log(middle(drawn(2 * i)))) * Math.cos(2 * Math.PI * middle(drawn(2 * i + 1)));
    }
  }
  return out;
}
