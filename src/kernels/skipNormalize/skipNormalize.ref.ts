// Normalization of a sum, in float64.
import { ref as binaryRef } from '../binary/binary.ref.js';
import { ref as normalizeRef } from '../normalize/normalize.ref.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref(
  { x, skip, scale, bias, added }: Record<string, RefTensor>,
  { kind, eps, output }: Attrs,
): RefTensor {
  const sum = binaryRef({ a: binaryRef({ a: x, b: skip }, { f: 'add' }), b: added }, { f: 'add' });
  return output === 'sum' ? sum : normalizeRef({ x: sum, scale, bias }, { kind, eps, axis: -1 });
}
