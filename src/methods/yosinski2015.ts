// Regularized activation maximization: Yosinski et al. 2015, §3, as their Deep Visualization Toolbox has it
// (optimize/gradient_optimizer.py). Gradient ascent on one unit from noise around the mean image, at the toolbox's rates, with
// decay, blur and clipping after each step. One departure: a `direction` of −1 makes the best image that of the least activation.
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { neuron } from '../objectives/neuron.js';
import { scale } from '../objectives/scale.js';
import { progress } from '../optim/progress.js';
import { pixels } from '../params/pixels.js';
import type { Made } from '../parts/part.js';
import { blur } from '../regularize/blur.js';
import { clipBenefit } from '../regularize/clipBenefit.js';
import { clipContribution } from '../regularize/clipContribution.js';
import { clipNorm } from '../regularize/clipNorm.js';
import { clipValue } from '../regularize/clipValue.js';
import { decay } from '../regularize/decay.js';
import { pixelRange } from '../regularize/pixelRange.js';
import { createRun, type Run, type RunOptions } from '../synthesize/run.js';
import { createStudy, type PartOf, type Study } from '../synthesize/study.js';
import { checkRecipe, checkSettings, type Recipe, type Settings } from './recipe.js';

/** The regularizers of a recipe, in the order in which the toolbox applies them; those that are off only where they are asked for. */
function regularizersOf(recipe: Settings, offToo: boolean): readonly Made<'regularizer'>[] {
  const all = [
    { on: recipe.decay > 0, part: decay.make({ amount: recipe.decay }) },
    {
      on: recipe.blurRadius > 0 && recipe.blurEvery > 0,
      part: blur.make({ radius: recipe.blurRadius, every: recipe.blurEvery }),
    },
    { on: recipe.smallValuePercentile > 0, part: clipValue.make({ percent: recipe.smallValuePercentile }) },
    { on: recipe.smallNormPercentile > 0, part: clipNorm.make({ percent: recipe.smallNormPercentile }) },
    { on: recipe.benefitPercentile > 0, part: clipBenefit.make({ percent: recipe.benefitPercentile }) },
    { on: recipe.contributionPercentile > 0, part: clipContribution.make({ percent: recipe.contributionPercentile }) },
  ];
  return all.filter(({ on }) => on || offToo).map(({ part }) => part);
}

/**
 * The study that a recipe stands for. `adjustable` keeps the regularizers that are off, so that they can be turned on while a run goes on.
 *
 * @throws OptionError
 */
export function yosinski2015(recipe: Recipe, adjustable = false): Study {
  checkRecipe(recipe);
  const { unit, direction } = recipe;
  const raised = neuron.make({ unit });
  return regularized(direction === 1 ? raised : scale.make({ by: direction, of: [raised] }), recipe, adjustable);
}

/** The paper's study of any objective, with what a recipe says beside its unit. @throws OptionError */
export function regularized(objective: PartOf<'objective'>, settings: Settings, adjustable = false): Study {
  checkSettings(settings);
  const { start, seeds, steps, starts, learningRate } = settings;
  const { policy, ...rates } = learningRate;
  const { maxLr, ...own } = { maxLr: undefined, ...rates };
  return createStudy({
    objective,
    params: pixels.make({ start }),
    regularize: [pixelRange.make({}), ...regularizersOf(settings, adjustable)],
    optim: [progress.make({ policy, ...own, ...(maxLr !== undefined && { lr: maxLr }) })],
    seeds,
    steps,
    ...(starts && { starts }),
  });
}

/** What an ascent may be told beyond its recipe. */
export interface AscentOptions extends RunOptions {
  /** Compile every regularizer, also those that the recipe leaves at 0, so that `adjust` can turn them on. */
  readonly adjustable?: boolean;
}

/** A run of regularized activation maximization. */
export type Ascent = Run<Recipe>;

/** Starts a run. Nothing is computed until `run`. @throws OptionError, UnknownNameError, ShapeError, LimitError */
export function createAscent(
  ctx: Context,
  model: Model,
  recipe: Recipe,
  { adjustable = false, ...options }: AscentOptions = {},
): Promise<Ascent> {
  return createRun(ctx, model, { recipe, compose: (next) => yosinski2015(next, adjustable) }, options);
}
