// Stochastic pooling at inference, in float64.
import { inferPool, type PoolAttrs } from '../pooling.js';
import { fill, type RefTensor } from '../reference.js';

export function ref({ x }: Record<string, RefTensor>, attrs: PoolAttrs): RefTensor {
  const [, C, H, W] = x.shape;
  const { shape } = inferPool('stochasticPool', { shape: x.shape, dtype: 'f32' }, attrs);
  const [R, S] = attrs.global ? [H, W] : attrs.kernel;
  const [sy, sx] = attrs.global ? [1, 1] : attrs.stride;
  return fill(shape, (n, c, p, q) => {
    let sum = 0;
    let squares = 0;
    for (let h = p * sy; h < Math.min(p * sy + R, H); h++) {
      for (let w = q * sx; w < Math.min(q * sx + S, W); w++) {
        const v = x.data[((n * C + c) * H + h) * W + w];
        sum += v;
        squares += v * v;
      }
    }
    return sum > 0 ? squares / sum : 0;
  });
}
