// A magnitude of spatial frequencies as a smooth function of few numbers: what the spectra of natural pictures look like (Torralba & Oliva
// 2003), a power of the frequency that bends a little and depends on the direction.
import { OptionError } from './errors.js';

/** A fit of a magnitude `[C, H, ⌊W/2⌋ + 1]`. */
export interface SpectrumFit {
  /** `[C, TERMS]` */
  readonly coefficients: Float64Array;
  /** Root mean square of the logarithm's error over all frequencies, of each channel: 0.05 is 5 %. */
  readonly error: readonly number[];
}

const POWERS = 4;
/**
 * Coefficients of a channel: the logarithm at frequency 0; then of ℓ = ln f, with f in cycles per shorter side, the powers ℓ⁰ to ℓ⁴; the
 * direction's cos 2θ and cos 4θ, each times 1, ℓ and ℓ²; and what pictures that do not go on around their borders add along each axis, a cross, times 1 and ℓ.
 */
export const TERMS = 1 + (POWERS + 1) + 6 + 4;

/** The functions that are summed, but for frequency 0. */
function features(y: number, x: number, to: Float64Array): Float64Array {
  const l = Math.log(Math.hypot(y, x));
  const angle = Math.atan2(y, x);
  let at = 0;
  for (let p = 0; p <= POWERS; p++) to[at++] = l ** p;
  for (const turns of [2, 4]) for (let p = 0; p < 3; p++) to[at++] = Math.cos(turns * angle) * l ** p;
  for (const across of [y, x]) for (let p = 0; p < 2; p++) to[at++] = l ** p / (1 + (2 * across) ** 2);
  return to;
}

/** Calls `take` with each frequency but 0, in cycles per shorter side. */
function eachFrequency([H, W]: readonly [number, number], take: (at: number, y: number, x: number) => void): void {
  const half = Math.floor(W / 2) + 1;
  const side = Math.min(H, W);
  for (let i = 0; i < H; i++) {
    const y = ((i <= H / 2 ? i : i - H) * side) / H;
    for (let j = i === 0 ? 1 : 0; j < half; j++) take(i * half + j, y, (j * side) / W);
  }
}

/** The magnitude that a fit stands for, `[C, H, ⌊W/2⌋ + 1]`. */
export function spectrumOf(coefficients: ArrayLike<number>, size: readonly [number, number]): Float32Array {
  const plane = size[0] * (Math.floor(size[1] / 2) + 1);
  const C = coefficients.length / TERMS;
  const out = new Float32Array(C * plane);
  const of = new Float64Array(TERMS - 1);
  for (let c = 0; c < C; c++) out[c * plane] = Math.exp(coefficients[c * TERMS]);
  eachFrequency(size, (at, y, x) => {
    features(y, x, of);
    for (let c = 0; c < C; c++) {
      out[c * plane + at] = Math.exp(of.reduce((sum, f, t) => sum + f * coefficients[c * TERMS + 1 + t], 0));
    }
  });
  return out;
}

/**
 * Fits the logarithm of a magnitude by least squares, where every ring of frequencies counts alike, whether wide or narrow.
 *
 * @throws OptionError for a magnitude that is not above 0 everywhere
 */
export function fitSpectrum(magnitude: ArrayLike<number>, size: readonly [number, number]): SpectrumFit {
  const plane = size[0] * (Math.floor(size[1] / 2) + 1);
  const C = magnitude.length / plane;
  const T = TERMS - 1;
  const normal = new Float64Array(T * T);
  const right = new Float64Array(C * T);
  const of = new Float64Array(T);
  for (let i = 0; i < magnitude.length; i++) {
    if (!(magnitude[i] > 0 && Number.isFinite(magnitude[i]))) {
      throw new OptionError('magnitude', `must be above 0 at every frequency for a fit, got ${magnitude[i]} at ${i}`);
    }
  }
  eachFrequency(size, (at, y, x) => {
    features(y, x, of);
    const weight = 1 / Math.hypot(y, x);
    for (let t = 0; t < T; t++) {
      for (let u = 0; u < T; u++) normal[t * T + u] += weight * of[t] * of[u];
      for (let c = 0; c < C; c++) right[c * T + t] += weight * of[t] * Math.log(magnitude[c * plane + at]);
    }
  });
  const coefficients = new Float64Array(C * TERMS);
  for (let c = 0; c < C; c++) {
    coefficients[c * TERMS] = Math.log(magnitude[c * plane]);
    coefficients.set(solved(normal, right.subarray(c * T, (c + 1) * T)), c * TERMS + 1);
  }
  const fitted = spectrumOf(coefficients, size);
  const error = Array.from({ length: C }, (_, c) => {
    let sum = 0;
    for (let i = c * plane; i < (c + 1) * plane; i++) sum += Math.log(fitted[i] / magnitude[i]) ** 2;
    return Math.sqrt(sum / plane);
  });
  return { coefficients, error };
}

/** x of a symmetric positive definite A x = b, by LDLᵀ. */
function solved(matrix: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  const a = matrix.slice();
  const x = b.slice();
  for (let k = 0; k < n; k++) {
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k] / a[k * n + k];
      for (let j = k; j < n; j++) a[i * n + j] -= factor * a[k * n + j];
      x[i] -= factor * x[k];
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    for (let j = k + 1; j < n; j++) x[k] -= a[k * n + j] * x[j];
    x[k] /= a[k * n + k];
  }
  return x;
}
