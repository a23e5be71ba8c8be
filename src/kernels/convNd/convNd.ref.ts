// Convolution over any number of axes, in float64.
import { coordinates, sizeOf } from '../../core/shape.js';
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, w, b }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const { stride, before, after, dilation, group } = attrs;
  const [K, Cg, ...taps] = w.shape;
  const out = taps.map((t, i) => {
    const room = x.shape[i + 2] + before[i] + after[i] - dilation[i] * (t - 1) - 1;
    return Math.floor(room / stride[i]) + 1;
  });
  return fill([x.shape[0], K, ...out], (n, k, ...to) => {
    let sum = b.data[k];
    const first = Math.floor(k / (K / group)) * Cg;
    for (let c = 0; c < Cg; c++) {
      for (let i = 0; i < sizeOf(taps); i++) {
        const tap = coordinates(taps, i);
        const from = to.map((j, axis) => j * stride[axis] - before[axis] + tap[axis] * dilation[axis]);
        sum += get(x, n, first + c, ...from) * get(w, k, c, ...tap);
      }
    }
    return sum;
  });
}
