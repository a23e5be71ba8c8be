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

export interface NadamNumbers {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly momentumDecay: number;
}

const momentumAt = (t: number, { beta1, momentumDecay }: NadamNumbers) =>
  beta1 * (1 - 0.5 * 0.96 ** (t * momentumDecay));

/** After step `step`, from 0, of what was there before it. */
export const nadamCorrectionRef = ({ x }: Inputs, step: number, numbers: NadamNumbers): RefTensor => ({
  shape: x.shape,
  data: x.data.map((correction) => 1 - (1 - correction) * momentumAt(step + 1, numbers)),
});

/** At step `step`, from 0, as torch.optim.NAdam states it. */
export function nadamDirectionRef({ g, m, v, correction }: Inputs, step: number, numbers: NadamNumbers): RefTensor {
  const [mu, next] = [momentumAt(step + 1, numbers), momentumAt(step + 2, numbers)];
  const square = -Math.expm1((step + 1) * Math.log(numbers.beta2));
  const size = g.data.length / correction.data.length;
  const data = g.data.map((gradient, i) => {
    const product = 1 - correction.data[Math.floor(i / size)];
    const root = Math.sqrt(v.data[i] / square) + numbers.epsilon;
    return ((1 - mu) * gradient) / (1 - product) / root + (next * m.data[i]) / (1 - product * next) / root;
  });
  return { shape: g.shape, data };
}
