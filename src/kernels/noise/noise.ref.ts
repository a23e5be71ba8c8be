// Noise added, in float64.
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export const ref = ({ x, normal, uniform }: Record<string, RefTensor>, { deviation, reach }: Attrs): RefTensor =>
  map(x, (v, i) => v + Number(deviation) * normal.data[i] + Number(reach) * (2 * uniform.data[i] - 1));
