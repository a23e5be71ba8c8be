// A choice between two values with broadcasting.
import { broadcastShape } from '../binary/index.js';
import { fill, get, type RefTensor } from '../reference.js';

export function ref({ c, a, b }: Record<string, RefTensor>, _: object): RefTensor {
  const shape = broadcastShape('ref', broadcastShape('ref', c.shape, a.shape), b.shape);
  const element = (t: RefTensor, at: number[]) => {
    const own = at.slice(at.length - t.shape.length);
    return get(t, ...own.map((i, axis) => (t.shape[axis] === 1 ? 0 : i)));
  };
  return fill(shape, (...at) => element(element(c, at) !== 0 ? a : b, at));
}
