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

/** Degrees of the polynomials in the frequency: of the mean over directions, of how directions differ, of a cross. */
const [MEAN, DIRECTION, CROSS] = [6, 3, 2];
/** Directions: cos 2θ tells horizontal from vertical, cos 4θ both from oblique. */
const TURNS = [2, 4];
/** Crosses, by how many cycles per side they are narrow: what pictures that do not go on beyond their borders add along the axes. */
const NARROWNESS = [0.3, 3];
/** Numbers of a channel: the logarithm at frequency 0, then the weights of `features`. */
export const TERMS = 1 + (MEAN + 1) + TURNS.length * (DIRECTION + 1) + 2 * NARROWNESS.length * (CROSS + 1);

/** The functions that are summed, but for frequency 0: polynomials in u, which goes from −1 to 1 for 1 to 150 cycles. */
function features(y: number, x: number, to: Float64Array): Float64Array {
  const u = 0.4 * Math.log(Math.hypot(y, x)) - 1;
  const angle = Math.atan2(y, x);
  let at = 0;
  for (let p = 0; p <= MEAN; p++) to[at++] = u ** p;
  for (const turns of TURNS) for (let p = 0; p <= DIRECTION; p++) to[at++] = Math.cos(turns * angle) * u ** p;
  for (const narrow of NARROWNESS) {
    for (const across of [y, x]) {
      for (let p = 0; p <= CROSS; p++) to[at++] = u ** p / (1 + (narrow * across) ** 2);
    }
  }
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
