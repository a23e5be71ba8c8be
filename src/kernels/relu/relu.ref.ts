// The rectifier and the gate of its gradient, in float64.

import type { Gate } from '../../graph/tape.js';
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { slope }: Attrs): RefTensor {
  return map(x, (v) => (v > 0 ? v : slope * v));
}

/** What passes backward: f is the forward output. */
export function gateRef(
  f: ArrayLike<number>,
  dy: ArrayLike<number>,
  { mask, clamp, slope }: Gate & { readonly slope: number },
): number[] {
  return Array.from(dy, (d, i) => {
    const clamped = clamp ? Math.max(d, 0) : d;
    return !mask || f[i] > 0 ? clamped : slope * clamped;
  });
}
