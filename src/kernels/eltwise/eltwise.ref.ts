// Several values joined element by element, in float64.
import { ref as binaryRef } from '../binary/binary.ref.js';
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

const STEPS = { sum: 'add', mean: 'add', product: 'mul', max: 'max', min: 'min' } as const;

export function ref(inputs: Record<string, RefTensor>, { operation, coefficients, axis }: Attrs): RefTensor {
  if (axis !== undefined) {
    const { x0, x1 } = inputs;
    const ones = x0.shape.slice(axis + x1.shape.length).map(() => 1);
    return ref({ x0, x1: { ...x1, shape: [...x1.shape, ...ones] } }, { operation, coefficients });
  }
  const values = Object.values(inputs).map((t, i) => map(t, (v) => v * (coefficients[i] ?? 1)));
  const joined = values.reduce((a, b) => binaryRef({ a, b }, { f: STEPS[operation] }));
  return operation === 'mean' ? map(joined, (v) => v / values.length) : joined;
}
