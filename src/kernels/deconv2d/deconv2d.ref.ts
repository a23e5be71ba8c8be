// Transposed convolution, in float64: every input gives its share to the outputs that it reaches.
import { dxRef } from '../conv2d/conv2d.ref.js';
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, w, b }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const { stride, pad, dilation, group, extra } = attrs;
  const [N, , H, W] = x.shape;
  const [, Kg, R, S] = w.shape;
  const size = (i: 0 | 1, from: number, taps: number) =>
    (from - 1) * stride[i] + dilation[i] * (taps - 1) + 1 - pad[i] - pad[i + 2] + extra[i];
  const shape = [N, Kg * group, size(0, H, R), size(1, W, S)];
  const y = dxRef({ dy: x, w }, { ...attrs, shape });
  const plane = shape[2] * shape[3];
  return map(y, (v, i) => v + b.data[Math.floor(i / plane) % shape[1]]);
}
