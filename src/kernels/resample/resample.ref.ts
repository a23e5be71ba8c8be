// One axis indexed anew, in float64.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';
import type { Table } from './tables.js';

export function ref({ x }: Record<string, RefTensor>, { tables, shape }: Attrs): RefTensor {
  const y = tables.reduce(along, x);
  return shape ? { shape, data: y.data } : y;
}

function along(x: RefTensor, { axis, at, weight, taps, fill: none }: Table): RefTensor {
  const dim = axis < 0 ? axis + x.shape.length : axis;
  const shape = x.shape.map((d, i) => (i === dim ? at.length / taps : d));
  return fill(shape, (...to) => {
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      const i = to[dim] * taps + t;
      const from = to.map((v, a) => (a === dim ? at[i] : v));
      sum += (weight?.[i] ?? 1) * (at[i] < 0 ? none : get(x, ...from));
    }
    return sum;
  });
}
