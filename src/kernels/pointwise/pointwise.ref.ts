// Functions of one number, in float64.
import { map, type RefTensor } from '../reference.js';
import { FUNCTIONS } from './functions.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { f, ...parameters }: Attrs): RefTensor {
  return map(x, (v) => FUNCTIONS[f](v, parameters));
}
