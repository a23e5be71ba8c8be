// A learned slope for negative values, in float64.
import { map, type RefTensor } from '../reference.js';

export function ref({ x, slope }: Record<string, RefTensor>): RefTensor {
  const [, C, ...rest] = x.shape;
  const inner = rest.reduce((a, b) => a * b, 1);
  return map(x, (v, i) => {
    const c = slope.shape[0] === 1 ? 0 : Math.floor(i / inner) % C;
    return v > 0 ? v : slope.data[c] * v;
  });
}
