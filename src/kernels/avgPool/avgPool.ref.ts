// Average pooling with both divisors, in float64.
import { inferPool } from '../pooling.js';
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const [, , H, W] = x.shape;
  const { shape } = inferPool('avgPool', { shape: x.shape, dtype: 'f32' }, attrs);
  const [R, S] = attrs.global ? [H, W] : attrs.kernel;
  const [sy, sx] = attrs.global ? [1, 1] : attrs.stride;
  const [py, px, bottom, right] = attrs.global ? [0, 0, 0, 0] : attrs.pad;
  return fill(shape, (n, c, p, q) => {
    let sum = 0;
    let pixels = 0;
    let padded = 0;
    for (let h = p * sy - py; h < p * sy - py + R; h++) {
      for (let w = q * sx - px; w < q * sx - px + S; w++) {
        if (h < H + bottom && w < W + right) padded++;
        if (h < 0 || h >= H || w < 0 || w >= W) continue;
        pixels++;
        sum += get(x, n, c, h, w);
      }
    }
    return sum / (attrs.divisor === 'padded' ? padded : pixels);
  });
}
