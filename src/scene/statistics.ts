// What the pictures of a set have in common: their mean colour, how colours vary together, how strong each spatial frequency is, and
// what a coarse view of them looks like. Preferred images start from it and follow it.
import { OptionError } from '../core/errors.js';

/** Statistics of a set of pictures of one size. Colours are red, green and blue from 0 to 1. */
export interface ImageStatistics {
  /** Where they come from, in words: the set of pictures, and how many they are. */
  readonly source: string;
  /** Pictures. */
  readonly count: number;
  /** Rows and columns of the pictures. */
  readonly size: readonly [H: number, W: number];
  /** Mean colour μ, `[3]`. */
  readonly mean: Float32Array;
  /** Covariance C of a pixel's colours, `[3, 3]`. */
  readonly covariance: Float32Array;
  /**
   * Mean magnitude of each frequency, `[3, H, ⌊W/2⌋ + 1]`: |rfft2(z)|, orthonormal, of decorrelated colours z = L⁻¹(x − μ), where C = LLᵀ
   * (Cholesky).
   */
  readonly magnitude: Float32Array;
  /** The Gaussian of the pictures averaged down to `size`: a sample is `mean + factor·n` with n of the standard normal distribution. */
  readonly coarse: {
    readonly size: readonly [h: number, w: number];
    /** `[3, h, w]` */
    readonly mean: Float32Array;
    /** `[3·h·w, rank]` */
    readonly factor: Float32Array;
  };
}

/** A 3×3 matrix, row by row. */
export type Matrix3 = readonly [number, number, number, number, number, number, number, number, number];

/** L of C = LLᵀ, lower triangular. @throws OptionError where the colours do not vary, or vary together exactly */
export function colourFactor({ covariance: c }: Pick<ImageStatistics, 'covariance'>): Matrix3 {
  const a = Math.sqrt(c[0]);
  const b = c[3] / a;
  const d = c[6] / a;
  const e = Math.sqrt(c[4] - b * b);
  const f = (c[7] - d * b) / e;
  const g = Math.sqrt(c[8] - d * d - f * f);
  const factor: Matrix3 = [a, 0, 0, b, e, 0, d, f, g];
  if (factor.every(Number.isFinite) && a > 0 && e > 0 && g > 0) return factor;
  const rows = JSON.stringify([...c].map((value) => Number(value.toPrecision(3))));
  throw new OptionError('statistics.covariance', `colours must vary, and not all in the same way, got ${rows}`);
}

/** Frequencies along a line of `size` pixels, in cycles per line, in the order of an FFT. */
const cycles = (index: number, size: number): number => (index <= size / 2 ? index : index - size);

/**
 * The magnitude for images of another size, `[3, H, ⌊W/2⌋ + 1]`, for the orthonormal transform. Pictures show the same at any size: a
 * frequency counts in cycles per shorter side. Beyond the finest one that is known it goes on as 1/f.
 */
export function magnitudeAt(
  { size, magnitude }: Pick<ImageStatistics, 'size' | 'magnitude'>,
  [H, W]: readonly [number, number],
): Float32Array {
  const [H0, W0] = size;
  if (H0 === H && W0 === W) return magnitude;
  const half0 = Math.floor(W0 / 2) + 1;
  const half = Math.floor(W / 2) + 1;
  const [side0, side] = [Math.min(H0, W0), Math.min(H, W)];
  // A picture of n times as many pixels has √n times the magnitude at each frequency that it shares.
  const gain = Math.sqrt((H * W) / (H0 * W0));
  // The ends of the known band: what is beyond is scaled back onto it.
  const [lastY, lastX] = [Math.floor((H0 - 1) / 2), half0 - 1];
  const out = new Float32Array(3 * H * half);
  for (let c = 0; c < 3; c++) {
    const at = (y: number, x: number): number => Math.log(magnitude[(c * H0 + ((y + H0) % H0)) * half0 + x] + 1e-12);
    for (let i = 0; i < H; i++) {
      for (let j = 0; j < half; j++) {
        const y = ((cycles(i, H) / H) * side * H0) / side0;
        const x = ((j / W) * side * W0) / side0;
        const beyond = Math.max(1, Math.abs(y) / lastY, x / lastX);
        const [fy, fx] = [Math.floor(y / beyond), Math.floor(x / beyond)];
        const [ty, tx] = [y / beyond - fy, x / beyond - fx];
        const [y1, x1] = [Math.min(fy + 1, lastY), Math.min(fx + 1, lastX)];
        const rows = (column: number) => (1 - ty) * at(fy, column) + ty * at(y1, column);
        out[(c * H + i) * half + j] = (Math.exp((1 - tx) * rows(fx) + tx * rows(x1)) * gain) / beyond;
      }
    }
  }
  return out;
}

/** One number of the standard normal distribution. */
type Normal = () => number;

/**
 * A picture `[3, H, W]` drawn from the coarse Gaussian, its deviation times `deviation`, enlarged bilinearly and held to 0–1: the colours
 * of a scene without things in it.
 */
export function coarsePicture(
  { coarse }: Pick<ImageStatistics, 'coarse'>,
  [H, W]: readonly [number, number],
  deviation: number,
  normal: Normal,
): Float32Array {
  const [h, w] = coarse.size;
  const n = 3 * h * w;
  const rank = coarse.factor.length / n;
  const drawn = Float64Array.from({ length: rank }, () => deviation * normal());
  const small = Float64Array.from(coarse.mean, (mean, i) =>
    drawn.reduce((sum, z, k) => sum + coarse.factor[i * rank + k] * z, mean),
  );
  const place = (index: number, size: number, from: number): readonly [number, number, number] => {
    const at = Math.min(from - 1, Math.max(0, ((index + 0.5) * from) / size - 0.5));
    const low = Math.min(Math.floor(at), from - 1);
    return [low, Math.min(low + 1, from - 1), at - low];
  };
  const out = new Float32Array(3 * H * W);
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < H; y++) {
      const [y0, y1, ty] = place(y, H, h);
      for (let x = 0; x < W; x++) {
        const [x0, x1, tx] = place(x, W, w);
        const row = (r: number) => small[(c * h + r) * w + x0] * (1 - tx) + small[(c * h + r) * w + x1] * tx;
        out[(c * H + y) * W + x] = Math.min(1, Math.max(0, row(y0) * (1 - ty) + row(y1) * ty));
      }
    }
  }
  return out;
}
