// What the training of a sparse dictionary does without a device: scaling, the start, the order of samples, and codes in float64.
import { OptionError } from '../core/errors.js';
import type { Rng } from '../core/rng.js';
import type { Table } from './linear.js';

/** How few directions are active: the `topK` greatest, or as many as a penalty of `l1 · Σf` leaves, beside a mean ‖x‖² of 1. */
export type Sparsity = { readonly topK: number } | { readonly l1: number };

/** Samples in which directions must be active, to be alive. */
const LOOKED_AT = 8192;
/** Samples minus their mean, with a mean square length of 1: penalty and rate then mean the same in any layer. */
export function scaled({ rows, columns: C, data }: Table): { mean: Float64Array; scale: number; data: Float32Array } {
  const mean = new Float64Array(C);
  for (const [i, value] of data.entries()) mean[i % C] += value / rows;
  const square = data.reduce((sum, value, i) => sum + (value - mean[i % C]) ** 2, 0) / rows;
  if (!(square > 0)) throw new OptionError('samples', 'must differ from each other, they are all the same');
  const scale = Math.sqrt(square);
  return { mean, scale, data: Float32Array.from(data, (value, i) => (value - mean[i % C]) / scale) };
}

/** Directions are samples; the encoder starts as their transpose (Gao et al. 2024, appendix A). */
export function startOf(data: Float32Array, C: number, K: number, rng: Rng): { D: Float32Array; E: Float32Array } {
  const D = new Float32Array(C * K);
  const E = new Float32Array(K * C);
  const draw = drawer(data.length / C, rng);
  for (let k = 0; k < K; k++) {
    const from = draw() * C;
    const length = Math.hypot(...data.subarray(from, from + C));
    for (let j = 0; j < C; j++) {
      // A sample at the mean has no direction.
      const value = length > 1e-3 ? data[from + j] / length : rng.normal() / Math.sqrt(C);
      D[j * K + k] = value;
      E[k * C + j] = value;
    }
  }
  return { D, E };
}

/** Numbers below n in random order, again and again in other orders. */
export function drawer(n: number, rng: Rng): () => number {
  const order = Array.from({ length: n }, (_, i) => i);
  let at = n;
  return () => {
    if (at === n) {
      at = 0;
      for (let i = n - 1; i > 0; i--) {
        const j = Math.floor(rng.uniform() * (i + 1));
        [order[i], order[j]] = [order[j], order[i]];
      }
    }
    return order[at++];
  };
}

/** How the samples are coded now, in float64. */
export function encoded(
  data: Float32Array,
  C: number,
  E: Float32Array,
  b: Float32Array,
  c: Float32Array,
  sparsity: Sparsity,
) {
  const K = b.length;
  const rows = Math.min(LOOKED_AT, data.length / C);
  const stride = Math.floor(data.length / C / rows);
  return Array.from({ length: rows }, (_, r) => {
    const x = data.subarray(r * stride * C, (r * stride + 1) * C);
    const f = new Float64Array(K);
    for (let k = 0; k < K; k++) {
      let sum = b[k];
      for (let j = 0; j < C; j++) sum += E[k * C + j] * (x[j] - c[j]);
      f[k] = Math.max(0, sum);
    }
    if ('topK' in sparsity) {
      const border = Float64Array.from(f).sort()[K - sparsity.topK];
      for (let k = 0; k < K; k++) if (f[k] < border) f[k] = 0;
    }
    return { x, f };
  });
}
