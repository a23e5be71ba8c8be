// Trigonometric functions, in float64.
import { map, type RefTensor } from '../reference.js';
import { FUNCTIONS } from './functions.js';
import type { Attrs } from './index.js';

export const ref = ({ x }: Record<string, RefTensor>, { f }: Attrs): RefTensor => map(x, FUNCTIONS[f]);
