// Max pooling over windows clipped to the image, in float64. The first maximum in reading order wins ties.
import { inferPool } from '../pooling.js';
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const [, , H, W] = x.shape;
  const { shape } = inferPool('maxPool', { shape: x.shape, dtype: 'f32' }, attrs);
  const [R, S] = attrs.global ? [H, W] : attrs.kernel;
  const [sy, sx] = attrs.global ? [1, 1] : attrs.stride;
  const [py, px] = attrs.global ? [0, 0] : attrs.pad;
  return fill(shape, (n, c, p, q) => {
    const values: number[] = [];
    for (let h = Math.max(p * sy - py, 0); h < Math.min(p * sy - py + R, H); h++) {
      for (let w = Math.max(q * sx - px, 0); w < Math.min(q * sx - px + S, W); w++) values.push(get(x, n, c, h, w));
    }
    return values.reduce((a, b) => Math.max(a, b));
  });
}
