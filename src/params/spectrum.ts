// Spectra on the host: how strong each frequency is, and the transform of a picture.
import { halfOf } from '../kernels/fft/index.js';

/**
 * `1 / max(f, 1 / max(H, W))^decay` of each frequency f in cycles per pixel, `[H, ⌊W/2⌋ + 1]`. Lucid, param/spatial.py: `fft_image`.
 */
export function falling(H: number, W: number, decay: number): Float32Array {
  const half = halfOf(W);
  return Float32Array.from({ length: H * half }, (_, i) => {
    const row = Math.floor(i / half);
    const f = Math.hypot((2 * row < H ? row : row - H) / H, (i % half) / W);
    return 1 / Math.max(f, 1 / Math.max(H, W)) ** decay;
  });
}

/** The orthonormal spectrum `[C, H, ⌊W/2⌋ + 1, 2]` of x `[C, H, W]`, divided by `weight` `[H, ⌊W/2⌋ + 1]`. For starts, which happen once. */
export function spectrumOf(x: Float32Array, H: number, W: number, weight: Float32Array): Float32Array {
  const half = halfOf(W);
  const turns = (size: number) =>
    Array.from({ length: size }, (_, j) => [Math.cos((2 * Math.PI * j) / size), -Math.sin((2 * Math.PI * j) / size)]);
  const [alongRow, alongColumn] = [turns(W), turns(H)];
  const planes = x.length / (H * W);
  const out = new Float32Array(planes * H * half * 2);
  for (let c = 0; c < planes; c++) {
    const [re, im] = [new Float64Array(H * half), new Float64Array(H * half)];
    for (let i = 0; i < re.length; i++) {
      const from = (c * H + Math.floor(i / half)) * W;
      for (let w = 0; w < W; w++) {
        const [cos, sin] = alongRow[((i % half) * w) % W];
        re[i] += x[from + w] * cos;
        im[i] += x[from + w] * sin;
      }
    }
    for (let i = 0; i < re.length; i++) {
      const row = Math.floor(i / half);
      let [a, b] = [0, 0];
      for (let h = 0; h < H; h++) {
        const [cos, sin] = alongColumn[(row * h) % H];
        const at = h * half + (i % half);
        a += re[at] * cos - im[at] * sin;
        b += re[at] * sin + im[at] * cos;
      }
      const factor = 1 / (weight[i] * Math.sqrt(H * W));
      out.set([a * factor, b * factor], 2 * (c * H * half + i));
    }
  }
  return out;
}

/** Rows and columns of an image. */
export type Size = readonly [H: number, W: number];

/**
 * The coefficients `[C, H, ⌊W/2⌋ + 1, 2]` of planes of another size that show the same: frequencies that both have keep their cycles per
 * plane, and what the smaller one cannot show is left out. `gain` is what a coefficient is multiplied by, from its place in one plane of
 * coefficients to that in the other.
 */
export function resizedSpectrum(
  z: Float32Array,
  [H0, W0]: Size,
  [H, W]: Size,
  gain: (from: number, to: number) => number,
): Float32Array {
  const [half0, half] = [halfOf(W0), halfOf(W)];
  const planes = z.length / (2 * H0 * half0);
  const out = new Float32Array(planes * H * half * 2);
  // A smaller plane has waves of less than half its size in cycles.
  const has = (k: number, size0: number, size: number) => size === size0 || 2 * k < size;
  for (let from = 0; from < H0 * half0; from++) {
    const [row, column] = [Math.floor(from / half0), from % half0];
    const k = 2 * row <= H0 ? row : row - H0;
    if (!has(Math.abs(k), H0, H) || !has(column, W0, W)) continue;
    // The finest wave of an even side is its own mirror image. On a finer grid it has one, and each of the two gets half of it.
    const splitRow = 2 * k === H0 && H > H0;
    const share = (splitRow ? 0.5 : 1) * (2 * column === W0 && W > W0 ? 0.5 : 1);
    for (const to of (splitRow ? [k, H - k] : [(k + H) % H]).map((r) => r * half + column)) {
      for (let i = 0; i < 2 * planes; i++) {
        const [c, part] = [i >> 1, i % 2];
        out[2 * (c * H * half + to) + part] = z[2 * (c * H0 * half0 + from) + part] * share * gain(from, to);
      }
    }
  }
  return out;
}
