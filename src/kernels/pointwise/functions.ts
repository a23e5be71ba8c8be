// The functions of the pointwise layer: their numbers in the shaders, and their float64 implementation.

/** Parameters a, b, c of a function; each function explains them. */
export interface Parameters {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

type Definition = (v: number, parameters: Parameters) => number;

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
const unit = (v: number) => Math.min(Math.max(v, 0), 1);

/** In the order of the shaders' FUNCTION. */
export const FUNCTIONS = {
  abs: (v) => Math.abs(v),
  neg: (v) => -v,
  /** `exp(a·x + b)`. */
  exp: (v, { a, b }) => Math.exp(a * v + b),
  /** `c · log(a·x + b)`. */
  log: (v, { a, b, c }) => c * Math.log(a * v + b),
  sqrt: (v) => Math.sqrt(v),
  /** `(a·x + b)^c`. */
  power: (v, { a, b, c }) => (a * v + b) ** c,
  sigmoid,
  tanh: (v) => Math.tanh(v),
  softplus,
  softsign: (v) => v / (1 + Math.abs(v)),
  /** `b·x` where x > 0, else `a·(exp(c·x) − 1)`: ELU, SELU and CELU. */
  elu: (v, { a, b, c }) => (v > 0 ? b * v : a * Math.expm1(c * v)),
  /** x where x > a, else 0. */
  threshold: (v, { a }) => (v > a ? v : 0),
  /** From a to b. */
  clip: (v, { a, b }) => Math.min(Math.max(v, a), b),
  /** `a·x + b`, from 0 to 1. */
  hardSigmoid: (v, { a, b }) => unit(a * v + b),
  hardSwish: (v, { a, b }) => v * unit(a * v + b),
  /** `x · sigmoid(a·x)`. */
  swish: (v, { a }) => v * sigmoid(a * v),
  mish: (v) => v * Math.tanh(softplus(v)),
  erf: (v) => erf(v),
  gelu: (v) => 0.5 * v * (1 + erf(v / Math.SQRT2)),
  geluTanh: (v) => 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3))),
  reciprocal: (v) => 1 / v,
  floor: (v) => Math.floor(v),
  ceil: (v) => Math.ceil(v),
  /** To the nearest integer; halves to the even one. */
  round: (v) => (v % 1 === 0.5 || v % 1 === -0.5 ? 2 * Math.round(v / 2) : Math.round(v)),
  /** Towards 0, like a cast to integers. */
  trunc: (v) => Math.trunc(v),
  sign: (v) => Math.sign(v),
  /** 1 where x is 0, else 0. */
  not: (v) => (v === 0 ? 1 : 0),
  /** 1 if x is not 0, including NaN: a cast to booleans. */
  nonZero: (v) => (v === 0 ? 0 : 1),
  isNaN: (v) => (Number.isNaN(v) ? 1 : 0),
  /** 1 where x is +∞ (unless a is 0) or −∞ (unless b is 0). */
  isInf: (v, { a, b }) => ((a !== 0 && v === Infinity) || (b !== 0 && v === -Infinity) ? 1 : 0),
} as const satisfies Readonly<Record<string, Definition>>;

export type FunctionName = keyof typeof FUNCTIONS;

export const functionNumber = (name: FunctionName): number => Object.keys(FUNCTIONS).indexOf(name);

/** The series of erf; for large arguments the continued fraction of its complement. float64 precision. */
function erf(v: number): number {
  const a = Math.abs(v);
  if (a < 2.5) {
    let term = v;
    let sum = v;
    for (let n = 1; n < 80; n++) {
      term *= (-v * v) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let k = 60; k > 0; k--) fraction = k / 2 / (a + fraction);
  return Math.sign(v) * (1 - Math.exp(-a * a) / (Math.sqrt(Math.PI) * (a + fraction)));
}
