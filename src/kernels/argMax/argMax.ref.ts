// Where the greatest or least value along an axis is.
import { sizeBetween } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { axis, keep, least, last }: Attrs): RefTensor {
  const at = axis < 0 ? axis + x.shape.length : axis;
  const L = x.shape[at];
  const inner = sizeBetween(x.shape, at + 1);
  const data = Float64Array.from({ length: x.data.length / L }, (_, i) => {
    const line = Array.from(
      { length: L },
      (_, l) => x.data[Math.floor(i / inner) * L * inner + l * inner + (i % inner)],
    );
    const best = line.reduce((a, b) => (least ? Math.min(a, b) : Math.max(a, b)));
    return last ? line.lastIndexOf(best) : line.indexOf(best);
  });
  return { shape: x.shape.flatMap((d, i) => (i !== at ? [d] : keep ? [1] : [])), data };
}
