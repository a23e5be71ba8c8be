// An image seen through a grid, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

const cubic = (d: number): number => {
  const [a, t] = [-0.75, Math.abs(d)];
  if (t <= 1) return (a + 2) * t ** 3 - (a + 3) * t ** 2 + 1;
  return t < 2 ? a * (t ** 3 - 5 * t ** 2 + 8 * t - 4) : 0;
};
const triangle = (d: number): number => Math.max(0, 1 - Math.abs(d));

export function ref({ x, grid }: Record<string, RefTensor>, { mode, padding, alignCorners }: Attrs): RefTensor {
  const [N, C, H, W] = x.shape;
  const inside = (v: number, size: number): number => {
    if (padding === 'zeros') return v;
    const [low, high] = alignCorners ? [0, size - 1] : [-0.5, size - 0.5];
    let at = v;
    // Back and forth between the ends until it is between them.
    while (padding === 'reflection' && high > low && (at < low || at > high))
      at = at < low ? 2 * low - at : 2 * high - at;
    return Math.min(Math.max(at, 0), size - 1);
  };
  const taps = (g: number, size: number): [at: number, weight: number][] => {
    const v = alignCorners ? ((g + 1) / 2) * (size - 1) : ((g + 1) * size - 1) / 2;
    if (mode === 'bicubic') {
      return [-1, 0, 1, 2].map((k) => [inside(Math.floor(v) + k, size), cubic(Math.floor(v) + k - v)]);
    }
    const moved = inside(v, size);
    if (mode === 'nearest') return [[Math.round(moved), 1]];
    return [0, 1].map((k) => [Math.floor(moved) + k, triangle(Math.floor(moved) + k - moved)]);
  };
  const [, P, Q] = grid.shape;
  return fill([N, C, P, Q], (n, c, p, q) => {
    let sum = 0;
    for (const [h, dh] of taps(get(grid, n, p, q, 1), H)) {
      for (const [w, dw] of taps(get(grid, n, p, q, 0), W)) sum += dh * dw * get(x, n, c, h, w);
    }
    return sum;
  });
}
