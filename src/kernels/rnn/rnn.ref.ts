// A simple recurrent net, in float64.
import type { RefTensor } from '../reference.js';

export function ref({ x, cont, wx, b, wh, wo, bo }: Record<string, RefTensor>, _: object): RefTensor {
  const [T, N] = x.shape;
  const [H, C] = wx.shape;
  const [K] = wo.shape;
  const data = new Float64Array(T * N * K);
  for (let n = 0; n < N; n++) {
    let h = new Float64Array(H);
    for (let t = 0; t < T; t++) {
      const old = h;
      h = Float64Array.from({ length: H }, (_, i) => {
        let sum = b.data[i];
        for (let k = 0; k < C; k++) sum += wx.data[i * C + k] * x.data[(t * N + n) * C + k];
        for (let k = 0; k < H; k++) sum += wh.data[i * H + k] * old[k] * cont.data[t * N + n];
        return Math.tanh(sum);
      });
      for (let i = 0; i < K; i++) {
        let sum = bo.data[i];
        for (let k = 0; k < H; k++) sum += wo.data[i * H + k] * h[k];
        data[(t * N + n) * K + i] = Math.tanh(sum);
      }
    }
  }
  return { shape: [T, N, K], data };
}
