// What the parts of a run find on its tape.
import { u32 } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import type { Param, Tape, Value } from '../graph/tape.js';
import type { Stage } from '../parts/kinds.js';
import { createRandom } from '../scene/random.js';
import { type Given, spaceOf } from '../scene/space.js';

/** The stage of a run, and the leaves that a run writes. */
export interface RunStage extends Stage {
  readonly last: Param;
  /** u32 `[N]`, for random numbers. */
  readonly seeds: Value;
  /** The mean image `[C, H, W]`. */
  readonly mean: Value;
}

/** Puts it on the tape, for `batch` images of `canvas` `[H, W]` or of the net's size. */
export function createStage(
  tape: Tape,
  model: Model,
  batch: number,
  canvas: readonly [number, number] | undefined,
  given: Given,
): RunStage {
  const step = tape.leaf('step', u32(1));
  const seeds = tape.leaf('seeds', u32(batch));
  const space = spaceOf(model, canvas, given);
  const random = createRandom(
    tape,
    () => seeds,
    () => step,
  );
  const mean = tape.constant('mean', space.shape, space.mean);
  return { tape, batch, step, seeds, random, space, mean, last: tape.param('last step', 'u32', 0) };
}
