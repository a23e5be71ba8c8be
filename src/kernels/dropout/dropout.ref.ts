// The value itself, or ones.
import { map, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export const ref = ({ x }: Record<string, RefTensor>, { mask }: Attrs): RefTensor => (mask ? map(x, () => 1) : x);
