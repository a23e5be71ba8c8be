// The toolbox's loop in float64 for a linear objective w·x, whose gradient is w at every step: what each line of the
// update must give, with numpy's percentiles and scipy's blur.
import { ref as blur } from '../kernels/blur/blur.ref.js';
import { percentileOf } from '../kernels/percentile/percentile.ref.js';
import type { LearningRate, Recipe } from './recipe.js';

export interface RefStep {
  /** The image the step recorded: clipped, before the update. */
  readonly image: Float64Array;
  readonly objective: number;
  readonly rate: number;
}

/** Images, objectives and rates of every step. `x0` and `mean` are `[C,H,W]`; `w` is the constant gradient. */
export function ascend(
  recipe: Recipe,
  shape: readonly [C: number, H: number, W: number],
  x0: ArrayLike<number>,
  mean: ArrayLike<number>,
  w: ArrayLike<number>,
): RefStep[] {
  const [C, H, W] = shape;
  const plane = H * W;
  const g = Float64Array.from(w, (v) => v * recipe.direction);
  const gg = g.reduce((sum, v) => sum + v * v, 0);
  let x = Float64Array.from(x0);
  const steps: RefStep[] = [];
  const zero = (below: (pixel: number) => boolean) => {
    for (let i = 0; i < plane; i++) if (below(i)) for (let c = 0; c < C; c++) x[c * plane + i] = 0;
  };
  const perPixel = (f: (index: number) => number) =>
    Float64Array.from({ length: plane }, (_, i) => {
      let sum = 0;
      for (let c = 0; c < C; c++) sum += f(c * plane + i);
      return sum;
    });
  for (let ii = 0; ii < recipe.steps; ii++) {
    x = x.map((v, i) => Math.min(Math.max(v + mean[i], 0), 255) - mean[i]);
    const objective = recipe.direction * x.reduce((sum, v, i) => sum + v * w[i], 0);
    const rate = learningRate(recipe.learningRate, gg, objective);
    steps.push({ image: x.slice(), objective, rate });
    if (ii === recipe.steps - 1 || gg === 0) break;
    x = x.map((v, i) => (v + rate * g[i]) * (1 - recipe.decay));
    if (recipe.blurEvery !== 0 && recipe.blurRadius > 0 && ii % recipe.blurEvery === 0) {
      x = blur({ x: { shape: [1, C, H, W], data: x } }, recipe.blurRadius).data.slice();
    }
    if (recipe.smallValuePercentile > 0) {
      const t = percentileOf(x.map(Math.abs), recipe.smallValuePercentile);
      x = x.map((v) => (Math.abs(v) < t ? 0 : v));
    }
    if (recipe.smallNormPercentile > 0) {
      const n = perPixel((i) => x[i] * x[i]).map(Math.sqrt);
      const t = percentileOf(n, recipe.smallNormPercentile);
      zero((i) => n[i] < t);
    }
    if (recipe.benefitPercentile > 0) {
      const b = perPixel((i) => g[i] * -x[i]);
      const t = percentileOf(b, recipe.benefitPercentile);
      zero((i) => b[i] < t);
    }
    if (recipe.contributionPercentile > 0) {
      const b = perPixel((i) => g[i] * -x[i]).map(Math.abs);
      const t = percentileOf(b, recipe.contributionPercentile);
      zero((i) => b[i] < t);
    }
  }
  return steps;
}

function learningRate(rate: LearningRate, gg: number, objective: number): number {
  if (rate.policy === 'constant') return rate.lr;
  if (rate.policy === 'progress') return Math.min(rate.maxLr, rate.desiredProgress / gg);
  return Math.min(rate.maxLr, Math.min(rate.earlyProgress, rate.lateProgressMult * (1 - objective)) / gg);
}
