// A frame of zeros, in plain loops.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { margin }: Attrs): RefTensor {
  const [, , H, W] = x.shape;
  const inside = (i: number, n: number) => i >= Number(margin) && i < n - Number(margin);
  return fill(x.shape, (n, c, h, w) => (inside(h, H) && inside(w, W) ? get(x, n, c, h, w) : 0));
}
