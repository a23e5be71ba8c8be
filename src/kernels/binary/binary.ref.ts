// Functions of two values with broadcasting, in float64.
import { coordinates, type Shape, sizeOf } from '../../core/shape.js';
import type { RefTensor } from '../reference.js';
import { type Attrs, broadcastShape } from './index.js';

const FUNCTIONS = {
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  max: Math.max,
  min: Math.min,
  pow: (a: number, b: number) => a ** b,
  prelu: (a: number, b: number) => (a > 0 ? a : a * b),
  greater: (a: number, b: number) => Number(a > b),
  greaterEqual: (a: number, b: number) => Number(a >= b),
  less: (a: number, b: number) => Number(a < b),
  lessEqual: (a: number, b: number) => Number(a <= b),
  equal: (a: number, b: number) => Number(a === b),
  and: (a: number, b: number) => Number(a !== 0 && b !== 0),
  or: (a: number, b: number) => Number(a !== 0 || b !== 0),
  xor: (a: number, b: number) => Number((a !== 0) !== (b !== 0)),
  mod: (a: number, b: number) => a - b * Math.floor(a / b),
  fmod: (a: number, b: number) => a % b,
  intDiv: (a: number, b: number) => Math.trunc(a / b),
  intPow: (a: number, b: number) => Math.trunc(a ** b),
};

export function ref({ a, b }: Record<string, RefTensor>, { f }: Attrs): RefTensor {
  const shape = broadcastShape('ref', a.shape, b.shape);
  const element = (t: RefTensor, at: Shape) => {
    const own = at.slice(at.length - t.shape.length);
    return t.data[t.shape.reduce((index, d, i) => index * d + (d === 1 ? 0 : own[i]), 0)];
  };
  const data = Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const at = coordinates(shape, i);
    return FUNCTIONS[f](element(a, at), element(b, at));
  });
  return { shape, data };
}
