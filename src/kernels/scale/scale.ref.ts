// A factor and a shift for every element, or a factor for each channel, in float64.
import { map, type RefTensor } from '../reference.js';

export function ref({ x }: Record<string, RefTensor>, { factor, shift }: { factor: number; shift: number }): RefTensor {
  return map(x, (v) => v * factor + shift);
}

export function channelsRef({ x, factor }: Record<string, RefTensor>): RefTensor {
  const [, C, ...rest] = x.shape;
  const inner = rest.reduce((a, b) => a * b, 1);
  return map(x, (v, i) => v * factor.data[Math.floor(i / inner) % C]);
}
