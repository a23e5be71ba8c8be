// Einstein's summation, in float64: every combination of indices.
import { coordinates, sizeOf } from '../../core/shape.js';
import { fill, get, type RefTensor } from '../reference.js';
import { parseEquation } from './equation.js';
import type { Attrs } from './index.js';

export function ref(inputs: Record<string, RefTensor>, { equation }: Attrs): RefTensor {
  const tensors = Object.values(inputs);
  const { terms, result } = parseEquation(
    equation,
    tensors.map((t) => t.shape),
  );
  const size = (label: string) =>
    Math.max(
      ...terms.flatMap((labels, i) => labels.flatMap((l, axis) => (l === label ? [tensors[i].shape[axis]] : []))),
    );
  const summed = [...new Set(terms.flat())].filter((l) => !result.includes(l));
  return fill(result.map(size), (...to) => {
    let sum = 0;
    const shape = summed.map(size);
    for (let k = 0; k < sizeOf(shape); k++) {
      const over = coordinates(shape, k);
      const index = (l: string) => (result.includes(l) ? to[result.indexOf(l)] : over[summed.indexOf(l)]);
      const factors = tensors.map((t, i) => get(t, ...terms[i].map((l, axis) => (t.shape[axis] === 1 ? 0 : index(l)))));
      sum += factors.reduce((a, b) => a * b, 1);
    }
    return sum;
  });
}
