// The one loop: variables → image → transforms → net → objective → gradient → update → projections, step after step and phase after
// phase, as a stream of frames with progress, cancellation and the finished images.
import { dispose } from '../core/dispose.js';
import { OptionError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import type { StepRecord } from './recorder.js';
import { type Composed, createRun, type Outcome, type Run, type RunOptions, type Snapshot } from './run.js';
import type { Runnable, Study } from './study.js';
import { type WakeOptions, wake } from './wake.js';

/** Progress of a run. */
export interface Frame<R extends Runnable = Study> {
  /** Steps done, of all phases. */
  readonly step: number;
  readonly steps: number;
  /** Records since the last frame, for each image. */
  readonly records: readonly (readonly StepRecord[])[];
  /** The run itself, to draw its image or adjust it. Disposed of when its phase ends. */
  readonly run: Run<R>;
}

/** A finished or cancelled run. */
export interface Rendered<R extends Runnable = Study> {
  /** The recipe that makes the same images again. */
  readonly recipe: R;
  /** `[seeds, C, H, W]`, mean-subtracted, of the snapshot asked for. */
  readonly images: Float32Array;
  /** Rows and columns of the images. */
  readonly size: readonly [H: number, W: number];
  readonly outcomes: readonly Outcome[];
  /** All records, for each image. */
  readonly records: readonly (readonly StepRecord[])[];
  /** Steps taken: fewer than asked for when it was stopped or no image could move. */
  readonly steps: number;
}

/** What `synthesize` may be told beyond the study. */
export interface SynthesizeOptions extends RunOptions, WakeOptions {
  /** Steps between frames. */
  readonly every?: number;
  readonly snapshot?: Snapshot;
}

/**
 * Runs a study to its end, one frame every few steps.
 *
 * `for await (const frame of synthesize(...))` draws as it goes; leaving the loop frees the run's memory.
 *
 * @throws OptionError, UnknownNameError, ShapeError, LimitError, NotFiniteError, DeviceLostError
 */
export function synthesize(
  ctx: Context,
  model: Model,
  study: Study,
  options: SynthesizeOptions = {},
): AsyncGenerator<Frame, Rendered> {
  return runPhases(ctx, model, { recipe: study, compose: (next) => next }, options);
}

/** As `synthesize`, for a method's recipe. */
export async function* runPhases<R extends Runnable>(
  ctx: Context,
  model: Model,
  { recipe, compose }: Composed<R>,
  options: SynthesizeOptions = {},
): AsyncGenerator<Frame<R>, Rendered<R>> {
  const { every = 10, snapshot = 'last', signal } = options;
  const phases = phasesOf(compose(recipe));
  const total = phases.reduce((sum, { steps }) => sum + steps, 0);
  const all: StepRecord[][] = recipe.seeds.map(() => []);
  let made = recipe;
  let before = 0;
  let run: Run<R> | undefined;
  try {
    for (const [i, phase] of phases.entries()) {
      const own = { ...(i === 0 ? made : withoutStarts(made)), steps: phase.steps };
      const next = await createRun(ctx, model, { recipe: own, compose: (r) => phaseOf(compose(r), i) }, options).catch(
        (error: unknown) => {
          // What an earlier phase has made is kept.
          if (run && signal?.aborted) return undefined;
          throw error;
        },
      );
      if (!next) break;
      if (run) {
        const carried = resized(await run.variables(), run, next);
        before += run.steps;
        run[dispose]();
        run = next;
        next.from(carried);
      } else {
        run = next;
        await wake(ctx, model, next, options);
        const { starts } = next.recipe;
        if (starts) made = { ...made, starts };
      }
      while (!run.done && !signal?.aborted) {
        run.run(every);
        const records = (await run.records()).map((rows) => rows.map((row) => ({ ...row, step: row.step + before })));
        for (const [n, rows] of records.entries()) all[n].push(...rows);
        yield { step: before + run.steps, steps: phases.length > 1 ? total : run.recipe.steps, records, run };
      }
      if (signal?.aborted) break;
    }
    if (!run) throw new OptionError('study.phases', 'there is nothing to run');
    // What `adjust` changed of a single phase is part of what was made.
    const changed = phases.length > 1 ? made : run.recipe;
    return {
      recipe: changed,
      images: await run.read(snapshot),
      size: [run.shape[2], run.shape[3]],
      outcomes: await run.outcome(),
      records: all,
      steps: before + run.steps,
    };
  } finally {
    run?.[dispose]();
  }
}

/** A study as its phases: itself, then each further one with what it changes. @throws OptionError */
function phasesOf(study: Study): readonly Study[] {
  const { phases: further = [], ...first } = study;
  const params = (phase: Study) => JSON.stringify(phase.params);
  return [first, ...further.map((phase): Study => ({ ...first, ...phase }))].map((phase, i, all) => {
    if (params(phase) !== params(all[0])) {
      throw new OptionError(
        `study.phases[${i - 1}].params`,
        'must be those of the study: a phase goes on from its variables',
      );
    }
    return phase;
  });
}

/** The variables of a run, for the images of the next: larger ones, where the canvas grows. @throws OptionError */
function resized<R extends Runnable>(
  variables: ReadonlyMap<number, readonly Float32Array[]>,
  { space: from }: Run<R>,
  { space: to, parts }: Run<R>,
): ReadonlyMap<number, readonly Float32Array[]> {
  if (from.shape.join() === to.shape.join()) return variables;
  const { params } = parts;
  if (!params.resize)
    throw new OptionError('canvas', `cannot change from phase to phase with '${params.spec.name}'; take pixels`);
  return new Map([...variables].map(([n, own]) => [n, params.resize?.(own, from, to) ?? own]));
}

const phaseOf = (study: Study, index: number): Study => {
  const phase = phasesOf(study)[index];
  return { ...phase, seeds: study.seeds, steps: study.steps };
};

function withoutStarts<R extends Runnable>(recipe: R): R {
  const { starts: _, ...rest } = recipe;
  return rest as unknown as R;
}
