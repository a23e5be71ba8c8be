// What convolution means, in float64.
import { windowOutput } from '../dims.js';
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs, GradAttrs } from './index.js';

export function ref({ x, w, b }: Record<string, RefTensor>, { stride, pad, dilation, group, relu }: Attrs): RefTensor {
  const [N, , H, W] = x.shape;
  const [K, Cg, R, S] = w.shape;
  const P = windowOutput(H, R, stride[0], pad[0] + pad[2], dilation[0]);
  const Q = windowOutput(W, S, stride[1], pad[1] + pad[3], dilation[1]);
  const C = x.shape[1];
  // Differences evaluate this hundreds of times: no call in the innermost loop.
  return fill([N, K, P, Q], (n, k, p, q) => {
    let sum = b.data[k];
    const first = Math.floor(k / (K / group)) * Cg;
    for (let c = 0; c < Cg; c++) {
      for (let r = 0; r < R; r++) {
        const h = p * stride[0] - pad[0] + r * dilation[0];
        if (h < 0 || h >= H) continue;
        const line = ((n * C + first + c) * H + h) * W;
        const taps = ((k * Cg + c) * R + r) * S;
        for (let s = 0; s < S; s++) {
          const v = q * stride[1] - pad[1] + s * dilation[1];
          if (v >= 0 && v < W) sum += x.data[line + v] * w.data[taps + s];
        }
      }
    }
    return relu === undefined || sum > 0 ? sum : relu * sum;
  });
}

/** The gradient to the image, scattered: each output gives its share to the inputs that it saw. */
export function dxRef(
  { dy, w }: Record<string, RefTensor>,
  { stride, pad, dilation, group, shape }: GradAttrs,
): RefTensor {
  const [, C, H, W] = shape;
  const [N, K, P, Q] = dy.shape;
  const [, Cg, R, S] = w.shape;
  const data = new Float64Array(N * C * H * W);
  for (let n = 0; n < N; n++) {
    for (let k = 0; k < K; k++) {
      for (let p = 0; p < P; p++) {
        for (let q = 0; q < Q; q++) {
          for (let c = 0; c < Cg; c++) {
            for (let r = 0; r < R; r++) {
              for (let s = 0; s < S; s++) {
                const h = p * stride[0] - pad[0] + r * dilation[0];
                const v = q * stride[1] - pad[1] + s * dilation[1];
                if (h < 0 || h >= H || v < 0 || v >= W) continue;
                const channel = Math.floor(k / (K / group)) * Cg + c;
                data[((n * C + channel) * H + h) * W + v] += get(dy, n, k, p, q) * get(w, k, c, r, s);
              }
            }
          }
        }
      }
    }
  }
  return { shape, data };
}
