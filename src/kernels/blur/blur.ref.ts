// scipy.ndimage.gaussian_filter(x, sigma) of each plane: mode 'reflect', truncate 4, in float64.
import type { RefTensor } from '../reference.js';

export function ref({ x }: Record<string, RefTensor>, sigma: number): RefTensor {
  const [N, C, H, W] = x.shape;
  const radius = Math.floor(4 * sigma + 0.5);
  const weights = Array.from({ length: 2 * radius + 1 }, (_, k) =>
    Math.exp(-((k - radius) ** 2) / (2 * sigma * sigma)),
  );
  const total = weights.reduce((a, b) => a + b, 0);
  const pass = (source: Float64Array, length: number, stride: number, base: number, out: Float64Array) => {
    for (let i = 0; i < length; i++) {
      let sum = 0;
      for (let k = -radius; k <= radius; k++) {
        let j = i + k;
        // d c b a | a b c d | d c b a, as often as needed
        while (j < 0 || j >= length) j = j < 0 ? -1 - j : 2 * length - 1 - j;
        sum += (weights[k + radius] / total) * source[base + j * stride];
      }
      out[base + i * stride] = sum;
    }
  };
  const half = new Float64Array(x.data.length);
  const y = new Float64Array(x.data.length);
  for (let plane = 0; plane < N * C; plane++) {
    for (let w = 0; w < W; w++) pass(x.data, H, W, plane * H * W + w, half);
    for (let h = 0; h < H; h++) pass(half, W, 1, plane * H * W + h * W, y);
  }
  return { shape: x.shape, data: y };
}
