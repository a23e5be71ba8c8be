// Pooling over any number of axes, in float64.
import { coordinates, sizeOf } from '../../core/shape.js';
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  if ('global' in attrs) {
    const sizes = x.shape.slice(2);
    const all = (v: number) => sizes.map(() => v);
    const window = { kernel: sizes, stride: all(1), before: all(0), after: all(0), dilation: all(1) };
    return ref({ x }, { ...window, kind: attrs.kind, rounding: 'floor', divisor: 'valid', p: attrs.p });
  }
  const { kind, kernel, stride, before, after, dilation, rounding, divisor, p } = attrs;
  const sizes = x.shape.slice(2);
  const out = sizes.map((L, i) => {
    const steps = (L + before[i] + after[i] - (dilation[i] * (kernel[i] - 1) + 1)) / stride[i];
    const n = (rounding === 'ceil' ? Math.ceil(steps) : Math.floor(steps)) + 1;
    return rounding === 'ceil' && (n - 1) * stride[i] >= L + before[i] ? n - 1 : n;
  });
  return fill([...x.shape.slice(0, 2), ...out], (n, c, ...to) => {
    const values: number[] = [];
    let padded = 0;
    for (let i = 0; i < sizeOf(kernel); i++) {
      const tap = coordinates(kernel, i);
      const from = to.map((j, axis) => j * stride[axis] - before[axis] + tap[axis] * dilation[axis]);
      if (from.every((f, axis) => f >= 0 && f < sizes[axis])) values.push(get(x, n, c, ...from));
      if (from.every((f, axis) => f < sizes[axis] + after[axis])) padded++;
    }
    if (kind === 'max') return Math.max(...values);
    if (kind === 'lp') return values.reduce((a, b) => a + Math.abs(b) ** p, 0) ** (1 / p);
    return values.reduce((a, b) => a + b, 0) / (divisor === 'padded' ? padded : values.length);
  });
}
