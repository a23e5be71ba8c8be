// Eigenvalues and eigenvectors of small symmetric matrices, by Jacobi's rotations.

/** Eigenvalues, the largest first, and their unit eigenvectors as rows. */
export interface Eigen {
  readonly values: Float64Array;
  /** `[n, n]`: row k belongs to value k. Its largest element is positive, so that equal matrices give equal bits. */
  readonly vectors: Float64Array;
}

const MOST_SWEEPS = 60;

/**
 * Decomposes a symmetric matrix `[n, n]`: cyclic Jacobi (Golub & Van Loan 2013, §8.5), n³ steps for each of about ten sweeps.
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  const whole = a.reduce((sum, x) => sum + x * x, 0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let outside = 0;
    for (let p = 0; p < n; p++) for (let q = 0; q < p; q++) outside += 2 * a[p * n + q] ** 2;
    if (outside <= 1e-30 * whole) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i]);
  const sorted = new Float64Array(n * n);
  for (const [to, from] of order.entries()) {
    const row = vectors.subarray(from * n, (from + 1) * n);
    const largest = row.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    sorted.set(
      row.map((x) => (largest < 0 ? -x : x)),
      to * n,
    );
  }
  return { values: Float64Array.from(order, (i) => a[i * n + i]), vectors: sorted };
}

/** Turns the plane of axes p and q so that element (p, q) becomes zero. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q];
  if (apq === 0) return;
  const theta = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[i * n + p], a[i * n + q]];
    a[i * n + p] = c * x - s * y;
    a[i * n + q] = s * x + c * y;
  }
  for (const rows of [a, vectors]) {
    for (let i = 0; i < n; i++) {
      const [x, y] = [rows[p * n + i], rows[q * n + i]];
      rows[p * n + i] = c * x - s * y;
      rows[q * n + i] = s * x + c * y;
    }
  }
}
