// Long short-term memory, in float64.
import type { RefTensor } from '../reference.js';

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

export function ref({ x, cont, wx, b, wh }: Record<string, RefTensor>, _: object): RefTensor {
  const [T, N] = x.shape;
  const H = wh.shape[1];
  const C = wx.shape[1];
  const data = new Float64Array(T * N * H);
  for (let n = 0; n < N; n++) {
    let h = new Float64Array(H);
    let c = new Float64Array(H);
    for (let t = 0; t < T; t++) {
      const goesOn = cont.data[t * N + n];
      const gates = Float64Array.from({ length: 4 * H }, (_, g) => {
        let sum = b.data[g];
        for (let k = 0; k < C; k++) sum += wx.data[g * C + k] * x.data[(t * N + n) * C + k];
        for (let k = 0; k < H; k++) sum += wh.data[g * H + k] * h[k] * goesOn;
        return sum;
      });
      c = c.map((old, k) => sigmoid(gates[H + k]) * old * goesOn + sigmoid(gates[k]) * Math.tanh(gates[3 * H + k]));
      h = c.map((v, k) => sigmoid(gates[2 * H + k]) * Math.tanh(v));
      data.set(h, (t * N + n) * H);
    }
  }
  return { shape: [T, N, H], data };
}
