// The logarithm of softmax, in float64.
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from '../softmax/index.js';
import { ref as softmaxRef } from '../softmax/softmax.ref.js';

export function ref(inputs: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  return map(softmaxRef(inputs, attrs), Math.log);
}
