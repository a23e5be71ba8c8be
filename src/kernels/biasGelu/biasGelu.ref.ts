// GELU of a sum, in float64.
import { ref as binaryRef } from '../binary/binary.ref.js';
import { FUNCTIONS } from '../pointwise/functions.js';
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, b }: Record<string, RefTensor>, { approximate }: Attrs): RefTensor {
  const f = approximate ? FUNCTIONS.geluTanh : FUNCTIONS.gelu;
  return map(binaryRef({ a: x, b }, { f: 'add' }), (v) => f(v));
}
