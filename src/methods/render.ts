// The loop around an ascent: a stream of frames with progress, cancellation and the finished images.
import { dispose } from '../core/dispose.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import {
  type Ascent,
  type AscentOptions,
  createAscent,
  type Outcome,
  type Snapshot,
  type TraceRow,
} from './activationMaximization.js';
import { type WakeOptions, wake } from './deadStarts.js';
import { completeRecipe, type Recipe, type RecipeOptions } from './recipe.js';

/** Progress of a run. */
export interface Frame {
  readonly step: number;
  readonly steps: number;
  /** Rows since the last frame, for each image. */
  readonly trace: readonly (readonly TraceRow[])[];
  /** The run itself, to draw its image or adjust it. Disposed of when the loop ends. */
  readonly ascent: Ascent;
}

/** A finished or cancelled run. */
export interface Rendered {
  readonly recipe: Recipe;
  /** `[seeds, C, H, W]`, mean-subtracted, of the snapshot asked for. */
  readonly images: Float32Array;
  readonly outcomes: readonly Outcome[];
  /** All rows, for each image. */
  readonly trace: readonly (readonly TraceRow[])[];
  /** Steps taken: fewer than asked for when it was stopped or no image could move. */
  readonly steps: number;
}

export interface RenderOptions extends AscentOptions, WakeOptions {
  /** Steps between frames. */
  readonly every?: number;
  readonly snapshot?: Snapshot;
  readonly onFrame?: (frame: Frame) => void;
}

/**
 * Runs a recipe to its end, one frame every few steps. Of `{ unit }` alone the rest is what suits the net (`presetFor`).
 *
 * `for await (const frame of frames(...))` draws as it goes; leaving the loop frees the run's memory.
 */
export async function* frames(
  ctx: Context,
  model: Model,
  wanted: Recipe | RecipeOptions,
  options: RenderOptions = {},
): AsyncGenerator<Frame, Rendered> {
  const recipe = completeRecipe(model, wanted);
  const { every = 10, snapshot = 'last', signal } = options;
  // Without `using`, which is compiled to half a kilobyte that a page may need for nothing else.
  const ascent = await createAscent(ctx, model, recipe, options);
  try {
    await wake(ctx, model, ascent, options);
    const all: TraceRow[][] = recipe.seeds.map(() => []);
    while (!ascent.done && !signal?.aborted) {
      ascent.run(every);
      const trace = await ascent.trace();
      for (const [n, rows] of trace.entries()) all[n].push(...rows);
      yield { step: ascent.steps, steps: ascent.recipe.steps, trace, ascent };
    }
    const images = await ascent.read(snapshot);
    return { recipe: ascent.recipe, images, outcomes: await ascent.outcome(), trace: all, steps: ascent.steps };
  } finally {
    ascent[dispose]();
  }
}

/**
 * Runs a recipe, or `{ unit }` and what suits the net, and returns its images. An aborted run returns what it has so far; nothing is lost.
 *
 * @throws OptionError, UnknownNameError, ShapeError, LimitError, NotFiniteError, DeviceLostError
 */
export async function render(
  ctx: Context,
  model: Model,
  recipe: Recipe | RecipeOptions,
  options: RenderOptions = {},
): Promise<Rendered> {
  const loop = frames(ctx, model, recipe, options);
  for (;;) {
    const next = await loop.next();
    if (next.done) return next.value;
    options.onFrame?.(next.value);
  }
}
