// Max pooling and where the maxima are, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const { kernel, stride, pad, output, columns } = attrs;
  const line = x.shape.length === 3;
  const [N, C, H, W] = line ? [x.shape[0], x.shape[1], 1, x.shape[2]] : x.shape;
  const map = { shape: [N, C, H, W], data: x.data };
  const P = Math.floor((H + pad[0] + pad[2] - kernel[0]) / stride[0]) + 1;
  const Q = Math.floor((W + pad[1] + pad[3] - kernel[1]) / stride[1]) + 1;
  const y = fill([N, C, P, Q], (n, c, p, q) => {
    let best = Number.NEGATIVE_INFINITY;
    let at = 0;
    for (let r = 0; r < kernel[0]; r++) {
      for (let s = 0; s < kernel[1]; s++) {
        const [h, w] = [p * stride[0] - pad[0] + r, q * stride[1] - pad[1] + s];
        if (h < 0 || h >= H || w < 0 || w >= W || get(map, n, c, h, w) <= best) continue;
        best = get(map, n, c, h, w);
        at = (n * C + c) * H * W + (columns ? w * H + h : h * W + w);
      }
    }
    return output === 'indices' ? at : best;
  });
  return line ? { shape: [N, C, Q], data: y.data } : y;
}
