// A value once for each picture.
import { fill, get, type RefTensor } from '../reference.js';
import type { Attrs } from './index.js';

export function ref({ x, like }: Record<string, RefTensor>, { axis, length, along, per }: Attrs): RefTensor {
  const pictures = like.shape[along] / per;
  const shape = x.shape.map((d, i) => (i === axis ? pictures * length : d));
  return fill(shape, (...at) => get(x, ...at.map((v, i) => (i === axis ? v % x.shape[axis] : v))));
}
