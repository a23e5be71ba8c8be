// A unit's preferred image, or any study, in one call.
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import type { Composed } from '../synthesize/run.js';
import { createStudy, type Runnable, type Study, type StudyOptions } from '../synthesize/study.js';
import { type Frame, type Rendered, runPhases, type SynthesizeOptions, synthesize } from '../synthesize/synthesize.js';
import { completeRecipe, type Recipe, type RecipeOptions } from './recipe.js';
import { yosinski2015 } from './yosinski2015.js';

/** What a rendering may be told beyond its recipe. */
export interface RenderOptions<R extends Runnable = Recipe> extends SynthesizeOptions {
  /** Called with each frame, a few steps apart: the images as they are, and where the run stands. */
  readonly onFrame?: (frame: Frame<R>) => void;
}

/** A recipe of regularized activation maximization as it is run. Of `{ unit }` alone the rest is what suits the net (`presetFor`). */
const composed = (model: Model, wanted: Recipe | RecipeOptions): Composed<Recipe> => ({
  recipe: completeRecipe(model, wanted),
  compose: yosinski2015,
});

/**
 * Runs a recipe to its end, one frame every few steps. Of `{ unit }` alone the rest is what suits the net (`presetFor`).
 *
 * `for await (const frame of frames(...))` draws as it goes; leaving the loop frees the run's memory.
 */
export function frames(
  ctx: Context,
  model: Model,
  wanted: Recipe | RecipeOptions,
  options: SynthesizeOptions = {},
): AsyncGenerator<Frame<Recipe>, Rendered<Recipe>> {
  return runPhases(ctx, model, composed(model, wanted), options);
}

/**
 * Runs a recipe, `{ unit }` and what suits the net, or a study, and returns its images. An aborted run returns what it has so far;
 * nothing is lost.
 *
 * @throws OptionError, UnknownNameError, ShapeError, LimitError, NotFiniteError, DeviceLostError
 */
export function render(
  ctx: Context,
  model: Model,
  wanted: Recipe | RecipeOptions,
  options?: RenderOptions,
): Promise<Rendered<Recipe>>;
export function render(
  ctx: Context,
  model: Model,
  wanted: Study | StudyOptions,
  options?: RenderOptions<Study>,
): Promise<Rendered>;
export function render(
  ctx: Context,
  model: Model,
  wanted: Recipe | RecipeOptions | Study | StudyOptions,
  options: RenderOptions | RenderOptions<Study> = {},
): Promise<Rendered<Recipe> | Rendered> {
  if ('objective' in wanted) {
    return lastOf(synthesize(ctx, model, createStudy(wanted), options), options as RenderOptions<Study>);
  }
  return lastOf(frames(ctx, model, wanted, options), options as RenderOptions);
}

async function lastOf<R extends Runnable>(
  loop: AsyncGenerator<Frame<R>, Rendered<R>>,
  { onFrame }: RenderOptions<R>,
): Promise<Rendered<R>> {
  for (;;) {
    const next = await loop.next();
    if (next.done) return next.value;
    onFrame?.(next.value);
  }
}
