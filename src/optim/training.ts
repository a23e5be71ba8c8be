// Optimizers: how weights follow their gradients from step to step. Each is a few ops on the tape and numbers that the
// caller sets before every step, so that a run is a function of its seed and can be resumed exactly.
import { OptionError } from '../core/errors.js';
import type { Plan } from '../graph/plan.js';
import type { Param, Tape, Value } from '../graph/tape.js';
import { descend, descendAdaptively, moment } from '../kernels/optimizer/index.js';

/** A weight `w`, which is a leaf, and the gradient of the loss to it. */
export interface Trained {
  readonly w: Value;
  readonly g: Value;
  /** Share of the optimizer's weight decay: 1 unless said otherwise; 0 for biases. */
  readonly decay?: number;
}

/** An optimizer at work on a tape. */
export interface Descent {
  /** Leaves that carry its memory from step to step, to be saved and restored with the weights. */
  readonly slots: readonly Value[];
  /** Sets the learning rate of step `i`, which counts from 0. Call it before every run. */
  set(plan: Plan, i: number, rate: number): void;
}

/** Appends the update of every weight to the tape: `w` takes its next value at the end of each step. */
export type Optimizer = (tape: Tape, weights: readonly Trained[]) => Descent;

/** The numbers of stochastic gradient descent. */
export interface SgdOptions {
  /** Share of the last step that goes on: 0.9 by default. */
  readonly momentum?: number;
  /** L2 penalty `decay/2·‖w‖²` by its gradient: 0 by default. */
  readonly weightDecay?: number;
}

/**
 * Stochastic gradient descent with momentum, as Caffe's solver has it but for the learning rate, which multiplies the whole
 * velocity: `v ← momentum·v + g + decay·w`, `w ← w − rate·v`.
 */
export function sgd({ momentum = 0.9, weightDecay = 0 }: SgdOptions = {}): Optimizer {
  share('momentum', momentum);
  return (tape, weights) => {
    const rate = tape.param('rate', 'f32', 0);
    const slots = weights.map(({ w, g, decay = 1 }) => {
      const v = tape.leaf(`${w.label} velocity`, w);
      const next = tape.apply(moment, { m: v, g, w }, { beta: momentum, a: 1, decay: weightDecay * decay, power: 1 });
      tape.assign(v, next);
      tape.assign(w, tape.apply(descend, { w, m: next }, { rate }));
      return v;
    });
    return { slots, set: (plan, _, value) => plan.set(rate, value) };
  };
}

/** The numbers of Adam (Kingma & Ba 2015) with decoupled weight decay. */
export interface AdamOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Decoupled (Loshchilov & Hutter 2019): w shrinks by rate·decay per step. 0 by default. */
  readonly weightDecay?: number;
}

/** Adam (Kingma & Ba 2015, algorithm 1, with the corrections of §2 moved into rate and epsilon). */
export function adam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamOptions = {}): Optimizer {
  share('beta1', beta1);
  share('beta2', beta2);
  return (tape, weights) => {
    const rate = tape.param('rate', 'f32', 0);
    const floor = tape.param('epsilon', 'f32', epsilon);
    const decays = new Map<number, Param>();
    const decayOf = (scale: number): Param => {
      const known = decays.get(scale) ?? tape.param('decay', 'f32', 0);
      decays.set(scale, known);
      return known;
    };
    const slots = weights.flatMap(({ w, g, decay = 1 }) => {
      const m = tape.leaf(`${w.label} moment 1`, w);
      const v = tape.leaf(`${w.label} moment 2`, w);
      const nextM = tape.apply(moment, { m, g, w }, { beta: beta1, a: 1 - beta1, decay: 0, power: 1 });
      const nextV = tape.apply(moment, { m: v, g, w }, { beta: beta2, a: 1 - beta2, decay: 0, power: 2 });
      tape.assign(m, nextM);
      tape.assign(v, nextV);
      const next = tape.apply(
        descendAdaptively,
        { w, m: nextM, v: nextV },
        { rate, epsilon: floor, decay: decayOf(decay) },
      );
      tape.assign(w, next);
      return [m, v];
    });
    return {
      slots,
      set(plan, i, value) {
        // m̂ / (√v̂ + ε) = m · (√c₂/c₁) / (√v + ε·√c₂)
        const root = Math.sqrt(1 - beta2 ** (i + 1));
        plan.set(rate, (value * root) / (1 - beta1 ** (i + 1)));
        plan.set(floor, epsilon * root);
        for (const [scale, param] of decays) plan.set(param, value * weightDecay * scale);
      },
    };
  };
}

/** Learning rate of each step, from 0. */
export type RateSchedule = (step: number) => number;

/** The shape of a cosine schedule of the rate. */
export interface CosineOptions {
  readonly rate: number;
  readonly steps: number;
  /** Steps in which the rate rises to its full value. */
  readonly warmUp?: number;
  /** Rate at the end, as a share of `rate`. */
  readonly last?: number;
}

/** Half a cosine from `rate` down to `last·rate` (Loshchilov & Hutter 2017), after a linear rise. */
export function cosine({ rate, steps, warmUp = 0, last = 0 }: CosineOptions): RateSchedule {
  return (step) => {
    if (step < warmUp) return (rate * (step + 1)) / warmUp;
    const part = Math.min(1, (step - warmUp) / Math.max(1, steps - warmUp));
    return rate * (last + (1 - last) * 0.5 * (1 + Math.cos(Math.PI * part)));
  };
}

function share(name: string, value: number): void {
  if (!(value >= 0 && value < 1)) throw new OptionError(name, `must be at least 0 and below 1, got ${value}`);
}
