// Normalization by a value's own statistics, in float64.
import { sizeBetween } from '../../core/shape.js';
import { ref as binaryRef } from '../binary/binary.ref.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, scale, bias }: Record<string, RefTensor>, attrs: Attrs): RefTensor {
  const { kind, eps, axis, groups, pixels } = attrs;
  if (pixels) {
    // Each pixel as an image of its own.
    const [N, C] = x.shape;
    const inner = sizeBetween(x.shape, 2);
    const to = (i: number) => (Math.floor(i / inner / C) * inner + (i % inner)) * C + (Math.floor(i / inner) % C);
    const turned = new Float64Array(x.data.length);
    x.data.forEach((v, i) => {
      turned[to(i)] = v;
    });
    const one = { shape: [1], data: Float64Array.of(1) };
    const rows = ref(
      { x: { shape: [N * inner, C], data: turned }, scale: one, bias: { shape: [1], data: Float64Array.of(0) } },
      { kind, eps, axis: 1 },
    );
    const y = { shape: x.shape, data: x.data.map((_, i) => rows.data[to(i)]) };
    return binaryRef({ a: binaryRef({ a: y, b: scale }, { f: 'mul' }), b: bias }, { f: 'add' });
  }
  const from = axis < 0 ? axis + x.shape.length : axis;
  const R = groups === undefined ? sizeBetween(x.shape, 0, from) : sizeBetween(x.shape, 0, from - 1) * groups;
  const L = x.data.length / R;
  const data = new Float64Array(x.data.length);
  if (attrs.output) {
    const rows = Float64Array.from({ length: R }, (_, r) => {
      const row = x.data.subarray(r * L, (r + 1) * L);
      const mean = row.reduce((a, b) => a + b, 0) / L;
      return attrs.output === 'mean' ? mean : 1 / Math.sqrt(row.reduce((a, b) => a + (b - mean) ** 2, 0) / L + eps);
    });
    return { shape: x.shape.map((d, i) => (i < from ? d : 1)), data: rows };
  }
  for (let r = 0; r < R; r++) {
    const row = x.data.subarray(r * L, (r + 1) * L);
    const mean = kind === 'l2' || kind === 'rms' ? 0 : row.reduce((a, b) => a + b, 0) / L;
    const squares = row.reduce((a, b) => a + (b - mean) ** 2, 0);
    const d = {
      standard: Math.sqrt(squares / L + eps),
      mvn: Math.sqrt(squares / L) + eps,
      mean: 1,
      l2: Math.sqrt(squares + eps),
      rms: Math.sqrt(squares / L + eps),
    }[kind];
    row.forEach((v, l) => {
      data[r * L + l] = (v - mean) / d;
    });
  }
  const y = { shape: x.shape, data };
  return binaryRef({ a: binaryRef({ a: y, b: scale }, { f: 'mul' }), b: bias }, { f: 'add' });
}
