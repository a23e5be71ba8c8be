// The Fourier transform of real planes and its inverse, orthonormal, in float64.
import { fill, get, type RefTensor } from '../reference.js';

/** The definition: every frequency is a sum over the plane. */
export function rfft2Ref({ x }: Record<string, RefTensor>): RefTensor {
  const [N, C, H, W] = x.shape;
  return fill([N, C, H, Math.floor(W / 2) + 1, 2], (n, c, ky, kx, part) => {
    let sum = 0;
    for (let h = 0; h < H; h++) {
      for (let w = 0; w < W; w++) {
        const angle = -2 * Math.PI * ((ky * h) / H + (kx * w) / W);
        sum += get(x, n, c, h, w) * (part === 0 ? Math.cos(angle) : Math.sin(angle));
      }
    }
    return sum / Math.sqrt(H * W);
  });
}

/** The definition over the half spectrum: columns that stand for their mirror columns count twice. */
export function irfft2Ref({ z }: Record<string, RefTensor>, { W }: { readonly W: number }): RefTensor {
  const [N, C, H, half] = z.shape;
  return fill([N, C, H, W], (n, c, h, w) => {
    let sum = 0;
    for (let ky = 0; ky < H; ky++) {
      for (let kx = 0; kx < half; kx++) {
        const angle = 2 * Math.PI * ((ky * h) / H + (kx * w) / W);
        const real = get(z, n, c, ky, kx, 0) * Math.cos(angle) - get(z, n, c, ky, kx, 1) * Math.sin(angle);
        sum += (kx === 0 || 2 * kx === W ? 1 : 2) * real;
      }
    }
    return sum / Math.sqrt(H * W);
  });
}

/** One plane's half spectrum `[H, ⌊W/2⌋ + 1, 2]`, row by row and then column by column: H·W·(H + W) steps, for large planes. */
export function separableRfft2(x: Float64Array, H: number, W: number): Float64Array {
  const half = Math.floor(W / 2) + 1;
  const turns = (size: number) =>
    Array.from({ length: size }, (_, j) => [Math.cos((-2 * Math.PI * j) / size), Math.sin((-2 * Math.PI * j) / size)]);
  const [rowTurns, columnTurns] = [turns(W), turns(H)];
  const rows = new Float64Array(H * half * 2);
  for (let h = 0; h < H; h++) {
    for (let kx = 0; kx < half; kx++) {
      for (let w = 0; w < W; w++) {
        const [c, s] = rowTurns[(kx * w) % W];
        rows[2 * (h * half + kx)] += x[h * W + w] * c;
        rows[2 * (h * half + kx) + 1] += x[h * W + w] * s;
      }
    }
  }
  const y = new Float64Array(H * half * 2);
  for (let ky = 0; ky < H; ky++) {
    for (let h = 0; h < H; h++) {
      const [c, s] = columnTurns[(ky * h) % H];
      for (let kx = 0; kx < half; kx++) {
        const [re, im] = [rows[2 * (h * half + kx)], rows[2 * (h * half + kx) + 1]];
        y[2 * (ky * half + kx)] += re * c - im * s;
        y[2 * (ky * half + kx) + 1] += re * s + im * c;
      }
    }
  }
  return y.map((v) => v / Math.sqrt(H * W));
}
