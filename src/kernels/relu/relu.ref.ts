// The rectifier and its backward rules, in float64.
import { map, type RefTensor } from '../reference.js';
import type { Attrs, ReluRule } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { slope }: Attrs): RefTensor {
  return map(x, (v) => (v > 0 ? v : slope * v));
}

/** What passes backward: f is the forward output. */
export function backwardRef(f: ArrayLike<number>, dy: ArrayLike<number>, slope: number, rule: ReluRule): number[] {
  return Array.from(dy, (d, i) => {
    const clamped = rule === 'gradient' ? d : Math.max(d, 0);
    if (rule === 'deconv') return clamped;
    return f[i] > 0 ? clamped : slope * clamped;
  });
}
