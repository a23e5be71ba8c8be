// Bilinear sampling through an affine map, in plain loops: scipy.ndimage.affine_transform about the centres, order 1.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs, Border } from './index.js';

/** The pixel that stands at `i` of a line; undefined for the constant. */
function within(i: number, size: number, border: Border): number | undefined {
  if (i >= 0 && i < size) return i;
  const modulo = (v: number, period: number) => ((v % period) + period) % period;
  switch (border) {
    case 'border':
      return Math.min(Math.max(i, 0), size - 1);
    case 'wrap':
      return modulo(i, size);
    case 'reflect': {
      const j = modulo(i, 2 * size);
      return j < size ? j : 2 * size - 1 - j;
    }
    default:
      return undefined;
  }
}

export function ref({ x, theta }: Record<string, RefTensor>, { border, size, value = 0 }: Attrs): RefTensor {
  const [N, C, H, W] = x.shape;
  const [P, Q] = size ?? [H, W];
  const beyond = border === 'constant' ? Number(value) : 0;
  return fill([N, C, P, Q], (n, c, p, q) => {
    const [dp, dq] = [p - (P - 1) / 2, q - (Q - 1) / 2];
    const along = (row: number) => get(theta, n, row) * dp + get(theta, n, row + 1) * dq + get(theta, n, row + 2);
    const [sy, sx] = [along(0) + (H - 1) / 2, along(3) + (W - 1) / 2];
    let sum = 0;
    for (const h of [Math.floor(sy), Math.floor(sy) + 1]) {
      for (const w of [Math.floor(sx), Math.floor(sx) + 1]) {
        const [row, column] = [within(h, H, border), within(w, W, border)];
        const pixel = row === undefined || column === undefined ? beyond : get(x, n, c, row, column);
        sum += (1 - Math.abs(sy - h)) * (1 - Math.abs(sx - w)) * pixel;
      }
    }
    return sum;
  });
}
