// Update rules in float64, for one row: plain loops that share no code with the parts.

/** The direction from a variable and its gradient, or what the rule before made of it, at step `t` from 0. Called once a step. */
export type RuleRef = (x: Float64Array, g: Float64Array, t: number) => Float64Array;

export function momentumRef({ momentum, weightDecay }: { momentum: number; weightDecay: number }): RuleRef {
  let v: Float64Array | undefined;
  return (x, g) => {
    const before = v ?? new Float64Array(x.length);
    v = g.map((gi, i) => momentum * before[i] + gi - weightDecay * x[i]);
    return v;
  };
}

/** Kingma & Ba 2015, algorithm 1, line by line; weight decay as Loshchilov & Hutter 2019. */
export function adamRef(options: { beta1: number; beta2: number; epsilon: number; weightDecay: number }): RuleRef {
  const { beta1, beta2, epsilon, weightDecay } = options;
  let [m, v]: readonly (Float64Array | undefined)[] = [];
  return (x, g, t) => {
    const [m0, v0] = [m ?? new Float64Array(x.length), v ?? new Float64Array(x.length)];
    const m1 = g.map((gi, i) => beta1 * m0[i] + (1 - beta1) * gi);
    const v1 = g.map((gi, i) => beta2 * v0[i] + (1 - beta2) * gi * gi);
    [m, v] = [m1, v1];
    const c1 = -Math.expm1((t + 1) * Math.log(beta1));
    const c2 = -Math.expm1((t + 1) * Math.log(beta2));
    return x.map((xi, i) => m1[i] / c1 / (Math.sqrt(v1[i] / c2) + epsilon) - weightDecay * xi);
  };
}

/** Line by line as PyTorch's documentation states NAdam, with the product of momenta, and without weight decay. */
export function nadamRef(options: { beta1: number; beta2: number; epsilon: number; momentumDecay: number }): RuleRef {
  const { beta1, beta2, epsilon, momentumDecay } = options;
  let [m, v]: readonly (Float64Array | undefined)[] = [];
  let product = 1;
  return (x, g, t) => {
    const [m0, v0] = [m ?? new Float64Array(x.length), v ?? new Float64Array(x.length)];
    const mu = beta1 * (1 - 0.5 * 0.96 ** ((t + 1) * momentumDecay));
    const next = beta1 * (1 - 0.5 * 0.96 ** ((t + 2) * momentumDecay));
    product *= mu;
    const m1 = g.map((gi, i) => beta1 * m0[i] + (1 - beta1) * gi);
    const v1 = g.map((gi, i) => beta2 * v0[i] + (1 - beta2) * gi * gi);
    [m, v] = [m1, v1];
    return g.map((gi, i) => {
      const mean = (next * m1[i]) / (1 - product * next) + ((1 - mu) * gi) / (1 - product);
      return mean / (Math.sqrt(v1[i] / (1 - beta2 ** (t + 1))) + epsilon);
    });
  };
}

export function rmspropRef({ alpha, epsilon }: { alpha: number; epsilon: number }): RuleRef {
  let v: Float64Array | undefined;
  return (x, g) => {
    const before = v ?? new Float64Array(x.length);
    const square = g.map((gi, i) => alpha * before[i] + (1 - alpha) * gi * gi);
    v = square;
    return g.map((gi, i) => gi / (Math.sqrt(square[i]) + epsilon));
  };
}

export const signRef = (): RuleRef => (_, g) => g.map((gi) => Math.sign(gi));

export const meanLengthRef = (): RuleRef => (_, g) => {
  const mean = g.reduce((sum, gi) => sum + Math.abs(gi), 0) / g.length;
  return g.map((gi) => gi / mean);
};

export const unitLengthRef = (): RuleRef => (_, g) => g.map((gi) => gi / (Math.hypot(...g) || 1));

export const clipRef =
  ({ norm }: { norm: number }): RuleRef =>
  (_, g) =>
    g.map((gi) => gi * Math.min(1, norm / Math.hypot(...g)));

/** `steps` steps uphill from x along a gradient; `rate` may change from step to step. */
export function climb(
  x: ArrayLike<number>,
  gradient: (x: Float64Array) => Float64Array,
  rules: readonly RuleRef[],
  rate: (step: number) => number,
  steps: number,
): Float64Array {
  let at = Float64Array.from(x);
  for (let t = 0; t < steps; t++) {
    const direction = rules.reduce((g, rule) => rule(at, g, t), gradient(at));
    at = at.map((v, i) => v + rate(t) * direction[i]);
  }
  return at;
}
