// An elementwise sum, in float64.
import { map, type RefTensor } from '../reference.js';

export const ref = ({ a, b }: Record<string, RefTensor>): RefTensor => map(a, (v, i) => v + b.data[i]);
