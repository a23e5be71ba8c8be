// A convolution and its activation, in float64.
import { ref as convRef } from '../conv2d/conv2d.ref.js';
import { FUNCTIONS } from '../pointwise/functions.js';
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref(inputs: Record<string, RefTensor>, { activation, ...attrs }: Attrs): RefTensor {
  const y = convRef(inputs, attrs);
  if (!activation) return y;
  if ('slope' in activation) return map(y, (v) => (v > 0 ? v : activation.slope * v));
  return map(y, (v) => FUNCTIONS[activation.f](v, activation));
}
