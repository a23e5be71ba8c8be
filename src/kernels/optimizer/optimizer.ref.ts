// The formulas of update rules, in float64.
import type { RefTensor } from '../reference.js';

type Inputs = Record<string, RefTensor>;

export interface MomentNumbers {
  readonly beta: number;
  readonly a: number;
  readonly decay: number;
  readonly power: 1 | 2;
}

export const momentRef = ({ m, g, w }: Inputs, { beta, a, decay, power }: MomentNumbers): RefTensor => ({
  shape: w.shape,
  data: w.data.map((v, i) => beta * m.data[i] + a * g.data[i] ** power + decay * v),
});

export interface AdamNumbers {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly decay: number;
}

/** At step `step`, from 0. */
export function adamDirectionRef(
  { m, v, w }: Inputs,
  step: number,
  { beta1, beta2, epsilon, decay }: AdamNumbers,
): RefTensor {
  const rest = (beta: number) => -Math.expm1((step + 1) * Math.log(beta));
  const data = w.data.map(
    (x, i) => m.data[i] / rest(beta1) / (Math.sqrt(v.data[i] / rest(beta2)) + epsilon) - decay * x,
  );
  return { shape: w.shape, data };
}
