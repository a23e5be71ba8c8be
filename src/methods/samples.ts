// Chains of samples: many at once, saved as they go, begun anew from time to time.
import { dispose } from '../core/dispose.js';
import { OptionError } from '../core/errors.js';
import { createRng, seedFor } from '../core/rng.js';
import { sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { type CodeNumbers, codeNumbersOf } from '../scene/codeNumbers.js';
import { imageShape } from '../scene/input.js';
import type { StepRecord } from '../synthesize/recorder.js';
import { createRun, type Run, type RunOptions } from '../synthesize/run.js';
import { type Study, toSpecs } from '../synthesize/study.js';
import { type SamplerOptions, samplerStudy } from './ppgn.js';

/** Chains of a sampler: which, how many, and how often one looks at them. */
export interface SampleOptions
  extends Omit<SamplerOptions, 'codes' | 'seeds'>,
    Pick<RunOptions, 'nets' | 'references' | 'signal'> {
  /** Statistics of codes of real pictures. */
  readonly codes?: CodeNumbers;
  /** Chains at once. The first starts from `seed`, the next from the seed after it. */
  readonly chains?: number;
  readonly seed?: number;
  /** Steps between samples. */
  readonly every?: number;
  /** Every so many steps all chains begin anew, from other seeds. */
  readonly resetEvery?: number;
  /** With `resetEvery`: ε₁ between these from then on, drawn anew each time (the authors’ code: 1e-6 to 1e-2). */
  readonly resetEpsilon1?: readonly [low: number, high: number];
  /** Codes at which the chains start, one for each, such as those of real pictures. */
  readonly starts?: readonly Float32Array[];
}

/**
 * ε₄ times the numbers of an image. The penalty is a sum over pixels and log p is not, so for the same balance a larger image needs a
 * smaller weight. Tried on mini-generator (docs/ppgn.md).
 */
const CONTEXT = 0.012;

/** One image of a chain. */
export interface Sample {
  readonly chain: number;
  /** Where the chain started. */
  readonly seed: number;
  /** Steps since its start. */
  readonly step: number;
  /** The condition's value in this image, such as log p. */
  readonly objective: number;
  /** `[C, H, W]`, mean-subtracted, in the net's order of channels. */
  readonly image: Float32Array;
  /** The code, or the image itself where the chain has none. */
  readonly code: Float32Array;
  /** What makes this image again with the same nets, numbers and starts given: `sampleAgain`. */
  readonly study: Study;
}

/**
 * Samples of all chains, every few steps. The net is the one that the condition asks. Leaving the loop frees the memory on the device; an
 * aborted run ends with what it has yielded.
 *
 * @throws OptionError, UnknownNameError, ShapeError, NotFiniteError
 */
export async function* sampleChains(
  ctx: Context,
  model: Model,
  options: SampleOptions,
): AsyncGenerator<readonly Sample[]> {
  const {
    chains = 4,
    seed = 0,
    every = 10,
    steps = 100,
    resetEvery,
    starts,
    signal,
    nets,
    references,
    codes,
    ...own
  } = options;
  for (const [field, value] of Object.entries({ chains, every, steps, resetEvery: resetEvery ?? 1 })) {
    if (!(Number.isInteger(value) && value >= 1))
      throw new OptionError(field, `must be a whole number from 1, got ${value}`);
  }
  if (starts && starts.length !== chains)
    throw new OptionError('starts', `must be one for each of ${chains} chains, got ${starts.length}`);
  const seedsOf = (round: number) => Array.from({ length: chains }, (_, i) => seed + round * chains + i);
  const length = resetEvery === undefined ? steps : Math.min(resetEvery, steps);
  const studyOf = (round: number): Study =>
    samplerStudy({
      ...own,
      ...(own.inpaint && { inpaint: { epsilon4: CONTEXT / sizeOf(imageShape(model)), ...own.inpaint } }),
      ...(round > 0 && options.resetEpsilon1 && { epsilon1: drawn(options.resetEpsilon1, seed, round) }),
      codes: codes !== undefined,
      seeds: seedsOf(round),
      // The last step records the image that it finds, and does not move it.
      steps: length + 1,
    });
  const run = await runOf(ctx, model, studyOf(0), options);
  try {
    for (let done = 0, round = 0; done < steps; done += length, round++) {
      if (round > 0) {
        const { seeds, optim } = studyOf(round);
        run.reset(seeds);
        run.adjust({ optim });
      } else if (starts) {
        run.from(new Map(starts.map((code, i) => [i, [code]])));
      }
      const until = Math.min(length, steps - done);
      // What the condition says of an image is recorded by the step after it, so each sample waits for the next steps.
      let waiting: ((rows: readonly (readonly StepRecord[])[]) => readonly Sample[]) | undefined;
      while (run.steps < until && !run.done && !signal?.aborted) {
        run.run(Math.min(every, until - run.steps));
        const rows = await run.records();
        if (waiting) yield waiting(rows);
        waiting = await looked(run, seedsOf(round), rows);
      }
      if (waiting) {
        run.run(1);
        yield waiting(await run.records());
      }
      if (signal?.aborted) return;
    }
  } finally {
    run[dispose]();
  }
}

/** What a sample is made again with: all that its chain was given. */
export interface AgainOptions extends Pick<RunOptions, 'nets' | 'references' | 'signal'> {
  readonly codes?: CodeNumbers;
  /** The code at which the chain started, where it was not drawn from its seed. */
  readonly start?: Float32Array;
}

/**
 * Makes a sample again from its recipe, `sample.study`: one chain, whose steps but the last move it.
 *
 * @throws OptionError, UnknownNameError, ShapeError, NotFiniteError
 */
export async function sampleAgain(
  ctx: Context,
  model: Model,
  study: Study,
  options: AgainOptions = {},
): Promise<Sample> {
  if (study.seeds.length !== 1)
    throw new OptionError('study.seeds', `must be that of one chain, got ${study.seeds.join(', ')}`);
  const { signal, start } = options;
  const run = await runOf(ctx, model, study, options);
  try {
    if (start) run.from(new Map([[0, [start]]]));
    while (run.steps < study.steps - 1 && !run.done && !signal?.aborted) {
      run.run(Math.min(FRAME, study.steps - 1 - run.steps));
      await run.records();
    }
    const finish = await looked(run, study.seeds, [[]]);
    run.run(1);
    return finish(await run.records())[0];
  } finally {
    run[dispose]();
  }
}

/** A run of a study with what chains are given. */
const runOf = (
  ctx: Context,
  model: Model,
  study: Study,
  { nets, references, signal, codes }: Omit<AgainOptions, 'start'>,
): Promise<Run> =>
  createRun(
    ctx,
    model,
    { recipe: study, compose: (own) => own },
    {
      ...(nets && { nets }),
      ...(references && { references }),
      ...(signal && { signal }),
      ...(codes && { numbers: { codes: codeNumbersOf(codes) } }),
    },
  );

/** Steps between two looks at whether the run was aborted. */
const FRAME = 10;

/** The images of a run as they are; what it is called with are the records of the steps that follow. */
async function looked(run: Run, seeds: readonly number[], before: readonly (readonly StepRecord[])[]) {
  const step = run.steps;
  const [images, variables] = [await run.read('last'), await run.variables()];
  const size = images.length / seeds.length;
  return (rows: readonly (readonly StepRecord[])[]): readonly Sample[] =>
    seeds.map((seed, n) => ({
      chain: n,
      seed,
      step,
      // No row: no chain moves any more, as where every gradient is zero, and the last one said it.
      objective: (rows[n][0] ?? before[n].at(-1))?.objective ?? Number.NaN,
      image: images.slice(n * size, (n + 1) * size),
      code: variables.get(n)?.[0] ?? new Float32Array(0),
      study: { ...endingAt(run.recipe, step), seeds: [seed] },
    }));
}

/** A study that ends after so many steps, on the way of the whole one. */
function endingAt(study: Study, step: number): Study {
  // The last step of a run moves nothing.
  const steps = step + 1;
  const optim = toSpecs(study).optim.map((part) => {
    if (!('name' in part) || part.name !== 'sgd' || part.lastLr === undefined) return part;
    // As far as the rate has fallen by then.
    const [lr, lastLr] = [Number(part.lr), Number(part.lastLr)];
    return { ...part, lastLr: lr + ((lastLr - lr) * steps) / study.steps };
  });
  return { ...toSpecs(study), optim, steps };
}

/** A number between two, evenly drawn. */
function drawn([low, high]: readonly [number, number], seed: number, round: number): number {
  return low + (high - low) * createRng(seedFor(seed, `ε₁ of round ${round}`)).uniform();
}
