// Weights that follow the update rules of images. Rules go up, so what they are given is the gradient of −loss: here, and nowhere
// else, a loss turns into an objective.
import { grad } from '../autodiff/grad.js';
import { OptionError } from '../core/errors.js';
import { sizeOf } from '../core/shape.js';
import type { Plan } from '../graph/plan.js';
import type { Tape, Value } from '../graph/tape.js';
import { stepUp } from '../kernels/ascent/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import type { Ground } from '../parts/kinds.js';
import { createControls } from '../parts/live.js';
import type { Made } from '../parts/part.js';
import { createRandom } from '../scene/random.js';
import { chain } from './chain.js';

/** Weights, which are leaves, and the rules that they follow. A rule that asks for a length gets that of the whole group. */
export interface WeightGroup {
  readonly weights: readonly Value[];
  /** The last one has a learning rate `lr`, such as sgd or adam. */
  readonly rules: readonly Made<'update rule'>[];
}

/** A group at work on a tape. */
export interface Descent {
  /** Leaves that carry the rules' memory from step to step, to be saved and restored with the weights. */
  readonly slots: readonly Value[];
  /** Sets the learning rate. Call it before every run, and before the first in any case. */
  set(plan: Plan, rate: number): void;
}

/**
 * Appends a step of gradient descent to the tape: at its end every weight takes its next value. `step` is the number of the step,
 * u32 `[1]` from 0, which the caller counts up or writes. Of a `loss` with several elements, the sum is lowered.
 *
 * @throws OptionError where no rule of a group says how far a step goes, or where that one has no learning rate
 */
export function descend(tape: Tape, loss: Value, step: Value, groups: readonly WeightGroup[]): readonly Descent[] {
  const minus = tape.constant('−∂loss/∂loss', loss.shape, new Float32Array(sizeOf(loss.shape)).fill(-1));
  const all = groups.flatMap(({ weights }) => weights);
  const gradients = new Map(grad(tape, loss, all, { seed: minus }).map((gradient, i) => [all[i].id, gradient]));
  const objective = pointwise(tape, loss, 'neg');
  const seeds = tape.constant('seed', [1], new Uint32Array(1));
  const random = createRandom(
    tape,
    () => seeds,
    () => step,
  );
  const stage: Ground = { tape, batch: 1, step, random };
  return groups.map(({ weights, rules }) => {
    const controls = createControls(tape);
    const moved = weights.map((variable) => ({ variable, gradient: gradients.get(variable.id) ?? variable }));
    const { directions, rate, slots } = chain(stage, rules, moved, objective, (i) => controls.of(String(i)));
    const last = rules[rules.length - 1].spec;
    if (!('lr' in last))
      throw new OptionError('rules', `the last one must have a learning rate 'lr'; '${last.name}' has none`);
    for (const [i, x] of weights.entries()) tape.assign(x, tape.apply(stepUp, { x, d: directions[i], rate }, {}));
    for (const { leaf, next } of slots) tape.assign(leaf, next);
    return {
      slots: slots.map(({ leaf }) => leaf),
      set(plan, lr) {
        const specs = rules.map(({ spec }, i) => [String(i), i < rules.length - 1 ? spec : { ...spec, lr }] as const);
        controls.set(plan, new Map(specs));
      },
    };
  });
}
