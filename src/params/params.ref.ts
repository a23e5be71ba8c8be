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

/** xplique's and Horama's, for `t·M` of rows t. */
const MACO = [
  [0.56282854, 0.5844758, 0.5844758],
  [0.19482528, 0, -0.19482528],
  [0.0432945, -0.10823626, 0.06494176],
];

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

export interface ColoursRef {
  readonly colour: 'decorrelated' | 'maco' | 'none';
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
    if (colour === 'maco' && t.shape[1] === 3) {
      v = 0;
      for (let c = 0; c < 3; c++) v += get(t, n, c, h, w) * MACO[c][k];
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

/** x minus its mean, over its deviation and eps, of each image. */
function standardized(x: RefTensor, eps: number): RefTensor {
  const size = x.data.length / x.shape[0];
  const data = new Float64Array(x.data.length);
  for (let n = 0; n < x.shape[0]; n++) {
    const own = x.data.subarray(n * size, (n + 1) * size);
    const mean = own.reduce((sum, v) => sum + v, 0) / size;
    const deviation = Math.sqrt(own.reduce((sum, v) => sum + (v - mean) ** 2, 0) / size);
    for (let i = 0; i < size; i++) data[n * size + i] = (own[i] - mean) / (deviation + eps);
  }
  return { shape: x.shape, data };
}

/** xplique's `maco_image_parametrization` up to the colours. `magnitude` is `[C, H, W/2 + 1]`. */
export function macoRef(phase: RefTensor, magnitude: RefTensor, W: number, eps: number): RefTensor {
  const angles = standardized(phase, eps);
  const z = fill([...phase.shape, 2], (n, c, ky, kx, part) => {
    const angle = get(angles, n, c, ky, kx);
    return get(magnitude, c, ky, kx) * (part === 0 ? Math.cos(angle) : Math.sin(angle));
  });
  return standardized(irfft2Ref({ z }, { W }), eps);
}

/** Bilinear, centres of pixels in line, edges repeated. */
function enlargedRef(x: RefTensor, H: number, W: number): RefTensor {
  const [N, C, h, w] = x.shape;
  const place = (i: number, size: number, from: number) => {
    const at = Math.min(from - 1, Math.max(0, ((i + 0.5) * from) / size - 0.5));
    const low = Math.floor(at);
    return [low, Math.min(low + 1, from - 1), at - low];
  };
  return fill([N, C, H, W], (n, c, i, j) => {
    const [y0, y1, ty] = place(i, H, h);
    const [x0, x1, tx] = place(j, W, w);
    const row = (y: number) => (1 - tx) * get(x, n, c, y, x0) + tx * get(x, n, c, y, x1);
    return (1 - ty) * row(y0) + ty * row(y1);
  });
}

/** A sum of enlarged images; of `shared` ones the first of the batch for all. */
export function levelsRef(levels: readonly RefTensor[], [N, C, H, W]: readonly number[], shared: boolean): RefTensor {
  const all = levels.map((level) => enlargedRef(level, H, W));
  return fill([N, C, H, W], (n, c, h, w) => all.reduce((sum, x) => sum + get(x, shared ? 0 : n, c, h, w), 0));
}

/** Lucid's network, pixel by pixel: `weights` are weight and bias of each layer in turn. Before the last sigmoid. */
export function cppnRef(weights: readonly RefTensor[], [N, C, H, W]: readonly number[]): RefTensor {
  const longer = Math.max(H, W);
  const along = (i: number, size: number) => (Math.sqrt(3) * (2 * i - size + 1)) / (longer - 1);
  return fill([N, C, H, W], (n, c, h, w) => {
    let x = [along(w, W), along(h, H)];
    for (let i = 0; i < weights.length; i += 2) {
      const [weight, bias] = [weights[i], weights[i + 1]];
      const sums = Array.from({ length: weight.shape[1] }, (_, k) =>
        x.reduce((sum, v, j) => sum + get(weight, n, k, j) * v, get(bias, n, k, 0)),
      );
      if (i + 2 === weights.length) return sums[c];
      x = [...sums.map((v) => Math.atan(v) / 0.67), ...sums.map((v) => Math.atan(v) ** 2 / 0.6)];
    }
    return Number.NaN;
  });
}

/** Mean-subtracted pixels in the net's order. */
export function toNetRef(rgb: RefTensor, space: ImageSpace): RefTensor {
  const [, , H, W] = rgb.shape;
  return fill(rgb.shape, (n, k, h, w) => {
    const colour = space.colours().indexOf(k);
    return 255 * get(rgb, n, colour, h, w) - space.mean[(k * H + h) * W + w];
  });
}
