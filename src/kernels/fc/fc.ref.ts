// A fully connected layer, in float64.
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, w, b }: Record<string, RefTensor>, { axis, relu }: Attrs): RefTensor {
  const [M, K] = w.shape;
  const rows = x.data.length / K;
  const data = new Float64Array(rows * M);
  for (let n = 0; n < rows; n++) {
    for (let m = 0; m < M; m++) {
      let sum = b.data[m];
      for (let k = 0; k < K; k++) sum += x.data[n * K + k] * w.data[m * K + k];
      data[n * M + m] = relu === undefined || sum > 0 ? sum : relu * sum;
    }
  }
  return { shape: [...x.shape.slice(0, axis), M], data };
}
