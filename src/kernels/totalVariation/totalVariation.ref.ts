// Total variation of each image in plain loops, and its gradient as invert_nn.m (aravindhm/deep-goggle) writes it.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

/** (dx, dy) of a pixel: 0 in the last column, and in the last row. */
function differences(x: RefTensor, n: number, c: number, h: number, w: number): [number, number] {
  const [, , H, W] = x.shape;
  const v = get(x, n, c, h, w);
  return [w + 1 < W ? get(x, n, c, h, w + 1) - v : 0, h + 1 < H ? get(x, n, c, h + 1, w) - v : 0];
}

export function totalVariationRef({ x }: Record<string, RefTensor>, { beta, smoothing }: Attrs): RefTensor {
  const [N, C, H, W] = x.shape;
  return fill([N], (n) => {
    let sum = 0;
    for (let c = 0; c < C; c++) {
      for (let h = 0; h < H; h++) {
        for (let w = 0; w < W; w++) {
          const [dx, dy] = differences(x, n, c, h, w);
          sum += (dx * dx + dy * dy + Number(smoothing)) ** (Number(beta) / 2);
        }
      }
    }
    return sum;
  });
}

export function totalVariationGradientRef({ x }: Record<string, RefTensor>, { beta, smoothing }: Attrs): RefTensor {
  const data = new Float64Array(x.data.length);
  const [N, C, H, W] = x.shape;
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      for (let h = 0; h < H; h++) {
        for (let w = 0; w < W; w++) {
          const i = ((n * C + c) * H + h) * W + w;
          const [dx, dy] = differences(x, n, c, h, w);
          const f = Number(beta) * (dx * dx + dy * dy + Number(smoothing)) ** (Number(beta) / 2 - 1);
          data[i] -= f * (dx + dy);
          if (w + 1 < W) data[i + 1] += f * dx;
          if (h + 1 < H) data[i + W] += f * dy;
        }
      }
    }
  }
  return { shape: x.shape, data };
}
