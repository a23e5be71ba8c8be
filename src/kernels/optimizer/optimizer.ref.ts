// The formulas of an optimizer's step, in float64.
import type { RefTensor } from '../reference.js';
import type { MomentAttrs } from './index.js';

type Inputs = Record<string, RefTensor>;

export const momentRef = ({ m, g, w }: Inputs, { beta, a, decay, power }: MomentAttrs): RefTensor => ({
  shape: w.shape,
  data: w.data.map((v, i) => beta * m.data[i] + a * g.data[i] ** power + decay * v),
});

export const descendRef = ({ w, m }: Inputs, rate: number): RefTensor => ({
  shape: w.shape,
  data: w.data.map((value, i) => value - rate * m.data[i]),
});

export const descendAdaptivelyRef = (
  { w, m, v }: Inputs,
  { rate, epsilon, decay }: { rate: number; epsilon: number; decay: number },
): RefTensor => ({
  shape: w.shape,
  data: w.data.map((value, i) => (1 - decay) * value - (rate * m.data[i]) / (Math.sqrt(v.data[i]) + epsilon)),
});
