// Gemm, in float64.
import { ref as binaryRef } from '../binary/binary.ref.js';
import type { Attrs } from '../matMul/index.js';
import { ref as matMulRef } from '../matMul/matMul.ref.js';
import { map, type RefTensor } from '../reference.js';

export function ref(
  { a, b, c }: Record<string, RefTensor>,
  { shiftFactor, ...attrs }: Attrs & { readonly shiftFactor: number },
): RefTensor {
  return binaryRef({ a: matMulRef({ a, b }, attrs), b: map(c, (v) => v * shiftFactor) }, { f: 'add' });
}
