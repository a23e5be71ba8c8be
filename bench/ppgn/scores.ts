// Scores of sets of feature vectors.
import { symmetricEigen } from '../../src/core/eigen.js';

type Vectors = readonly Float64Array[];

const distance = (a: Float64Array, b: Float64Array): number =>
  Math.sqrt(a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0));

/** The mean distance of two different vectors of a set. */
export function meanDistance(vectors: Vectors): number {
  let sum = 0;
  let pairs = 0;
  for (const [i, a] of vectors.entries()) {
    for (const b of vectors.slice(i + 1)) {
      sum += distance(a, b);
      pairs++;
    }
  }
  return sum / pairs;
}

interface Gaussian {
  readonly mean: Float64Array;
  /** `[n, n]`. */
  readonly covariance: Float64Array;
}

function gaussianOf(vectors: Vectors): Gaussian {
  const n = vectors[0].length;
  const mean = new Float64Array(n);
  for (const v of vectors) for (let i = 0; i < n; i++) mean[i] += v[i] / vectors.length;
  const covariance = new Float64Array(n * n);
  for (const v of vectors) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) covariance[i * n + j] += ((v[i] - mean[i]) * (v[j] - mean[j])) / (vectors.length - 1);
    }
  }
  return { mean, covariance };
}

/** The symmetric root of a positive semidefinite matrix `[n, n]`. */
function rootOf(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = symmetricEigen(matrix, n);
  const root = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const value = Math.sqrt(Math.max(0, values[k]));
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) root[i * n + j] += value * vectors[k * n + i] * vectors[k * n + j];
    }
  }
  return root;
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const c = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < n; k++) {
      const v = a[i * n + k];
      for (let j = 0; j < n; j++) c[i * n + j] += v * b[k * n + j];
    }
  }
  return c;
}

/**
 * The Fréchet distance of two sets as if both were Gaussian: `|μ₁ − μ₂|² + tr(Σ₁ + Σ₂ − 2(Σ₁^½ Σ₂ Σ₁^½)^½)` (Dowson & Landau 1982;
 * Heusel et al. 2017). Small sets make it larger, so only compare sets of one size.
 */
export function frechet(a: Vectors, b: Vectors): number {
  const n = a[0].length;
  const [p, q] = [gaussianOf(a), gaussianOf(b)];
  const root = rootOf(p.covariance, n);
  const inner = product(product(root, q.covariance, n), root, n);
  const { values } = symmetricEigen(inner, n);
  const mixed = values.reduce((sum, v) => sum + Math.sqrt(Math.max(0, v)), 0);
  let trace = 0;
  for (let i = 0; i < n; i++) trace += p.covariance[i * n + i] + q.covariance[i * n + i];
  return distance(p.mean, q.mean) ** 2 + trace - 2 * mixed;
}
