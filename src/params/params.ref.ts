// Parameterizations in float64 and plain loops: variables to red, green and blue from 0 to 1.
import { irfft2Ref } from '../kernels/fft/fft.ref.js';
import { fill, get, map, type RefTensor } from '../kernels/reference.js';
import type { ImageSpace } from '../scene/space.js';

const LUCID = [
  [0.26, 0.09, 0.02],
  [0.27, 0, -0.05],
  [0.27, -0.09, 0.03],
];
/** The columns of LUCID have the lengths 0.4619, 0.1273 and 0.0616. */
const LONGEST = Math.sqrt(0.26 ** 2 + 0.27 ** 2 + 0.27 ** 2);

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

export interface ColoursRef {
  readonly colour: 'decorrelated' | 'none';
  readonly range: readonly number[];
}

/** Lucid's `to_valid_rgb(t, decorrelate, sigmoid=True)`, stretched to a range. */
export function coloursRef(t: RefTensor, { colour, range: [low, high] }: ColoursRef): RefTensor {
  return fill(t.shape, (n, k, h, w) => {
    let v = get(t, n, k, h, w);
    if (colour === 'decorrelated' && t.shape[1] === 3) {
      v = 0;
      for (let c = 0; c < 3; c++) v += (LUCID[k][c] / LONGEST) * get(t, n, c, h, w);
    }
    return low + (high - low) * sigmoid(v);
  });
}

/** Lucid's spectrum scale and its inverse transform, which is divided by H·W, and its division by 4. */
export function fourierRef(z: RefTensor, W: number, decay: number): RefTensor {
  const H = z.shape[2];
  const scaled = fill(z.shape, (n, c, ky, kx, part) => {
    const fy = (ky < H / 2 ? ky : ky - H) / H;
    const f = Math.max(Math.sqrt(fy * fy + (kx / W) ** 2), 1 / Math.max(H, W));
    return (get(z, n, c, ky, kx, part) / f ** decay) * Math.sqrt(H * W);
  });
  return map(irfft2Ref({ z: scaled }, { W }), (v) => v / Math.sqrt(H * W) / 4);
}

/** Mean-subtracted pixels in the net's order. */
export function toNetRef(rgb: RefTensor, space: ImageSpace): RefTensor {
  const [, , H, W] = rgb.shape;
  return fill(rgb.shape, (n, k, h, w) => {
    const colour = space.colours().indexOf(k);
    return 255 * get(rgb, n, colour, h, w) - space.mean[(k * H + h) * W + w];
  });
}
