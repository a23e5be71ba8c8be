// Scores and zeroing of the clipping regularizers in float64. The rest of an ascent step is referenced as a whole by
// ../../methods/activationMaximization.ref.ts.
import type { RefTensor } from '../reference.js';
import type { Score } from './index.js';

export function scoreRef({ x, g }: Record<string, RefTensor>, kind: Score): RefTensor {
  const [N, C, H, W] = x.shape;
  if (kind === 'value') return { shape: x.shape, data: x.data.map(Math.abs) };
  const plane = H * W;
  const data = new Float64Array(N * plane);
  for (let n = 0; n < N; n++) {
    for (let i = 0; i < plane; i++) {
      let sum = 0;
      for (let c = 0; c < C; c++) {
        const at = (n * C + c) * plane + i;
        sum += kind === 'norm' ? x.data[at] ** 2 : -x.data[at] * g.data[at];
      }
      data[n * plane + i] = kind === 'norm' ? Math.sqrt(sum) : kind === 'contribution' ? Math.abs(sum) : sum;
    }
  }
  return { shape: [N, H, W], data };
}

/** `threshold` is `[N, 2]`, its second column the bound; scores as `scoreRef` gives them. */
export function zeroRef({ x, s, threshold }: Record<string, RefTensor>): RefTensor {
  const [N, C, H, W] = x.shape;
  const perPixel = s.shape.length < x.shape.length;
  const size = C * H * W;
  const data = x.data.map((v, i) => {
    const n = Math.floor(i / size);
    const score = s.data[perPixel ? n * H * W + (i % (H * W)) : i];
    return score < threshold.data[2 * n + 1] ? 0 : v;
  });
  return { shape: [N, C, H, W], data };
}
