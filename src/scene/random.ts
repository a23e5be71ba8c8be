// Random numbers on the device. They are a function of the image's seed, the step and the place of the draw, so that many steps
// can run in one submit, a step can be taken again exactly, and an image is the same in any batch.
import type { Shape } from '../core/shape.js';
import type { Tape, Value } from '../graph/tape.js';
import { type Distribution, op as draw } from '../kernels/random/index.js';

/** Draws that differ from each other: each call is a stream of its own. */
export interface RandomSource {
  /** `[N, ...shape]` numbers from 0 to below 1, new ones at each step. */
  uniform(shape: Shape): Value;
  /** `[N, ...shape]` numbers of the standard normal distribution, new ones at each step. */
  normal(shape: Shape): Value;
}

/** `seeds` are u32 `[N]` and `step` is u32 `[1]`, both asked for when the first number is drawn. */
export function createRandom(tape: Tape, seeds: () => Value, step: () => Value): RandomSource {
  let streams = 0;
  const next = (distribution: Distribution, shape: Shape): Value =>
    tape.apply(draw, { seeds: seeds(), step: step() }, { distribution, shape, stream: streams++ });
  return { uniform: (shape) => next('uniform', shape), normal: (shape) => next('normal', shape) };
}
