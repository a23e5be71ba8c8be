// A unit's preferred image, or any study, in one call.
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { createStudy, type Runnable, type Study, type StudyOptions } from '../synthesize/study.js';
import { type Frame, type Rendered, runPhases, type SynthesizeOptions, synthesize } from '../synthesize/synthesize.js';
import type { PreferredOptions } from './preferred.js';
import type { Recipe } from './recipe.js';
import { yosinski2015 } from './yosinski2015.js';

/** What a rendering may be told beyond its recipe. */
export interface RenderOptions<R extends Runnable = Recipe> extends SynthesizeOptions {
  /** Called with each frame, a few steps apart: the images as they are, and where the run stands. */
  readonly onFrame?: (frame: Frame<R>) => void;
}

/**
 * Runs a recipe of regularized activation maximization to its end, one frame every few steps.
 *
 * `for await (const frame of frames(...))` draws as it goes; leaving the loop frees the run's memory.
 */
export function frames(
  ctx: Context,
  model: Model,
  recipe: Recipe,
  options: SynthesizeOptions = {},
): AsyncGenerator<Frame<Recipe>, Rendered<Recipe>> {
  return runPhases(ctx, model, { recipe, compose: yosinski2015 }, options);
}

/**
 * Runs `{ unit }` by the preset that suits the net or the one that is named, a study, or a recipe, and returns its images. An aborted
 * run returns what it has so far; nothing is lost.
 *
 * @throws OptionError, UnknownNameError, ShapeError, LimitError, NotFiniteError, DeviceLostError
 */
export function render(ctx: Context, model: Model, wanted: Recipe, options?: RenderOptions): Promise<Rendered<Recipe>>;
export function render(
  ctx: Context,
  model: Model,
  wanted: PreferredOptions | Study | StudyOptions,
  options?: RenderOptions<Study>,
): Promise<Rendered>;
export function render(
  ctx: Context,
  model: Model,
  wanted: Recipe | PreferredOptions | Study | StudyOptions,
  options: RenderOptions | RenderOptions<Study> = {},
): Promise<Rendered<Recipe> | Rendered> {
  if (isRecipe(wanted)) return lastOf(frames(ctx, model, wanted, options), options as RenderOptions);
  return renderStudy(ctx, model, wanted, options as RenderOptions<Study>);
}

async function renderStudy(
  ctx: Context,
  model: Model,
  wanted: PreferredOptions | Study | StudyOptions,
  options: RenderOptions<Study>,
): Promise<Rendered> {
  // The presets bring most parts with them, which a page without them need not download.
  const study =
    'objective' in wanted ? createStudy(wanted) : (await import('./preferred.js')).preferredStudy(model, wanted);
  return lastOf(synthesize(ctx, model, study, options), options);
}

const isRecipe = (wanted: object): wanted is Recipe =>
  'method' in wanted && wanted.method === 'activation-maximization';

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
