// Long short-term memory with an input that every step sees, in float64: it is a part of each step's input.
import { sizeBetween } from '../../core/shape.js';
import { ref as lstmRef } from '../lstm/lstm.ref.js';
import { fill, type RefTensor } from '../reference.js';

export function ref({ x, cont, fixed, wx, b, ws, wh }: Record<string, RefTensor>, attrs: object): RefTensor {
  const [T, N] = x.shape;
  const C = sizeBetween(x.shape, 2);
  const D = sizeBetween(fixed.shape, 1);
  const joined = fill([T, N, C + D], (t, n, k) => (k < C ? x.data[(t * N + n) * C + k] : fixed.data[n * D + k - C]));
  const weights = fill([wx.shape[0], C + D], (g, k) => (k < C ? wx.data[g * C + k] : ws.data[g * D + k - C]));
  return lstmRef({ x: joined, cont, wx: weights, b, wh }, attrs);
}
