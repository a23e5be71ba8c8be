// The k greatest channels of each place, in float64.
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { k }: Attrs): RefTensor {
  const [N, C, ...rest] = x.shape;
  const places = rest.reduce((a, b) => a * b, 1);
  const data = new Float64Array(x.data.length);
  for (let n = 0; n < N; n++) {
    for (let p = 0; p < places; p++) {
      const at = Array.from({ length: C }, (_, c) => (n * C + c) * places + p);
      const border = at.map((i) => x.data[i]).sort((a, b) => b - a)[k - 1];
      for (const i of at) if (x.data[i] >= border) data[i] = x.data[i];
    }
  }
  return { shape: x.shape, data };
}
