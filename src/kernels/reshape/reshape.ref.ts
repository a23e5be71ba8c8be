// The same elements under another shape: 0 copies a dimension, −1 takes the rest.
import { sizeOf } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x }: Record<string, RefTensor>, { shape }: Attrs): RefTensor {
  const copied = shape.map((d, i) => (d === 0 ? x.shape[i] : d));
  const rest = x.data.length / sizeOf(copied.filter((d) => d !== -1));
  return { shape: copied.map((d) => (d === -1 ? rest : d)), data: x.data };
}
