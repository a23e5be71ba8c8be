// Adversarial images: each image moved within a small ball about it to where the loss is greater. The steps are unrolled on the
// tape, so that an attack and the training step on what it found are one submit.
import { grad } from '../src/autodiff/grad.js';
import { OptionError } from '../src/core/errors.js';
import { type Spec, sizeOf } from '../src/core/shape.js';
import type { Preprocessing } from '../src/graph/model.js';
import { defineOp, type Tape, type Value } from '../src/graph/tape.js';
import { clipPixels, stepUp } from '../src/kernels/ascent/index.js';
import { binary } from '../src/kernels/binary/index.js';
import { pointwise } from '../src/kernels/pointwise/index.js';
import { sumRows } from '../src/kernels/reduction/rows.js';
import type { RandomSource } from '../src/scene/random.js';

export interface Attack {
  /** ε: how far an image may be moved, by the L2 norm over all values of an image with pixels from 0 to 1. */
  readonly radius: number;
  readonly steps: number;
  /** Length of a step, as a share of the radius. */
  readonly stepLength: number;
}

export interface AttackOn {
  /** Images `[N, C, H, W]` in the net's input layout, made of pixels that a picture can show. */
  readonly image: Value;
  /** How pixels became the input. Its scale must be one number, so that a ball stays a ball. */
  readonly preprocessing: Preprocessing;
  /** Where the images start within their balls: a seed for each, and the step. */
  readonly random: RandomSource;
  /** What is raised, `[N]`: a number for each image that no other image changes. */
  readonly lossOf: (image: Value) => Value;
}

/** A length that is too small for f32 to square counts as this, so that a gradient of zero moves nothing. */
const LEAST_LENGTH = 1e-18;

/**
 * Images `[N, C, H, W]` after projected gradient ascent on the loss (Madry et al. 2018, in L2): from a random place in the ball, in
 * a random direction and at a distance from 0 to ε (Rice, Wong & Kolter 2020), each step goes a fixed length along the gradient, back
 * into the ball, and back to what a picture can show. Gradients stop at the result: training on it does not go through the attack.
 *
 * @throws OptionError where radius, steps or step length are not above 0, or where channels differ in scale
 */
export function attacked(tape: Tape, { radius, steps, stepLength }: Attack, on: AttackOn): Value {
  const { image, random, lossOf } = on;
  const [N, ...shape] = image.shape;
  const positive = { radius, steps, stepLength };
  for (const [field, value] of Object.entries(positive)) {
    if (!(value > 0 && Number.isFinite(value))) {
      throw new OptionError(`attack.${field}`, `must be a finite number above 0, got ${value}`);
    }
  }
  if (!Number.isInteger(steps)) throw new OptionError('attack.steps', `must be a whole number, got ${steps}`);
  const { scale, mean } = inputOf(on.preprocessing, shape);
  const far = 255 * scale * radius;
  const zero = tape.constant('mean of the input', shape, mean);
  const shown = (x: Value) => tape.apply(clipPixels, { x, mean: zero }, { low: 0, high: 255 * scale });
  const one = (label: string, number: number) => tape.constant(label, [1], Float32Array.of(number));
  const times = (x: Value, a: number) => pointwise(tape, x, 'power', { a });
  const move = (x: Value, d: Value, rate: Value) => tape.apply(stepUp, { x, d, rate }, {});
  /** `1 / ‖d‖` of each image. */
  const overLength = (d: Value): Value => {
    const length = pointwise(tape, tape.apply(sumRows, { a: d, b: d }, { kind: 'squares' }), 'sqrt');
    return pointwise(tape, binary(tape, 'max', length, one('least length', LEAST_LENGTH)), 'reciprocal');
  };
  /** The image plus what `x` is away from it, shortened to the radius. */
  const within = (x: Value): Value => {
    const away = move(x, image, one('−1', -1));
    return move(image, away, binary(tape, 'min', times(overLength(away), far), one('1', 1)));
  };
  const start = random.normal(shape);
  let x = shown(move(image, start, binary(tape, 'mul', overLength(start), times(random.uniform([]), far))));
  const ones = tape.constant('∂loss/∂loss', [N], new Float32Array(N).fill(1));
  for (let i = 0; i < steps; i++) {
    const [gradient] = grad(tape, lossOf(x), [x], { seed: ones });
    x = shown(within(move(x, gradient, times(overLength(gradient), stepLength * far))));
  }
  return tape.apply(detached, { x }, {});
}

/** `x`, as a number that does not depend on anything: no gradient goes through it. */
const detached = defineOp({
  name: 'detached',
  inputs: ['x'],
  view: 'x',
  infer: ({ x }: { x: Spec }, _: object) => x,
  lower: () => [],
  vjp: () => ({}),
});

/** The scale of the input, and its mean image in the input's units. */
function inputOf({ mean, scale }: Preprocessing, shape: readonly number[]): { scale: number; mean: Float32Array } {
  const [one, ...others] = typeof scale === 'number' ? [scale] : scale;
  if (!(one > 0) || others.some((s) => s !== one)) {
    throw new OptionError('preprocessing.scale', `must be one number above 0 for an attack, got ${scale}`);
  }
  const plane = sizeOf(shape.slice(1));
  const at = (i: number) => ('shape' in mean ? mean.data[i] : mean[Math.floor(i / plane) % mean.length]);
  return { scale: one, mean: Float32Array.from({ length: sizeOf(shape) }, (_, i) => at(i) * one) };
}
