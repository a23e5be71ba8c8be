// Reductions over axes, in float64.
import { coordinates, sizeOf } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { kind, axes, keep, factor = 1 }: Attrs): RefTensor {
  const rank = x.shape.length;
  const reduced = new Set(axes.length === 0 ? x.shape.map((_, i) => i) : axes.map((a) => (a < 0 ? a + rank : a)));
  const ones = x.shape.map((d, i) => (reduced.has(i) ? 1 : d));
  const groups: number[][] = Array.from({ length: sizeOf(ones) }, () => []);
  x.data.forEach((v, i) => {
    const at = coordinates(x.shape, i);
    groups[ones.reduce((index, d, axis) => index * d + (reduced.has(axis) ? 0 : at[axis]), 0)].push(v);
  });
  const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
  const kinds = {
    sum,
    mean: (g: number[]) => sum(g) / g.length,
    max: (g: number[]) => g.reduce((a, b) => Math.max(a, b)),
    min: (g: number[]) => g.reduce((a, b) => Math.min(a, b)),
    prod: (g: number[]) => g.reduce((a, b) => a * b, 1),
    l1: (g: number[]) => sum(g.map(Math.abs)),
    l2: (g: number[]) => Math.sqrt(sum(g.map((v) => v * v))),
    sumSquare: (g: number[]) => sum(g.map((v) => v * v)),
    logSum: (g: number[]) => Math.log(sum(g)),
    logSumExp: (g: number[]) => Math.log(sum(g.map(Math.exp))),
  };
  const data = Float64Array.from(groups, (g) => factor * kinds[kind](g));
  return { shape: keep ? ones : x.shape.filter((_, i) => !reduced.has(i)), data };
}
