// A chain of update rules on a tape: from the gradients of some variables to directions and a rate.
import { OptionError } from '../core/errors.js';
import type { Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { sumRows } from '../kernels/reduction/rows.js';
import { op as reshape } from '../kernels/reshape/index.js';
import type { Ground, Update, UpdateRule } from '../parts/kinds.js';
import type { Live } from '../parts/live.js';
import { ofShape } from '../parts/ofShape.js';
import type { Made } from '../parts/part.js';

/** A variable, and the gradient that it goes up along. */
export interface Moved {
  readonly variable: Value;
  readonly gradient: Value;
}

/** What a chain says of one step, which is `variable + rate·direction`. */
export interface Chained {
  /** One for each variable. */
  readonly directions: readonly Value[];
  /** `[rows]`. */
  readonly rate: Value;
  /** The memory of all rules, and what it becomes. */
  readonly slots: readonly { readonly leaf: Value; readonly next: Value }[];
  /** Σg² over the gradients that went in, `[rows]`. */
  squaredNorm(): Value;
}

/** Whether images move where their gradient is exactly zero: by noise or a prior. */
export const isRestless = (rules: readonly Made<'update rule'>[]): boolean =>
  rules.some(({ restless }) => restless === true);

/**
 * Applies the rules one after another, each to all variables: one that asks for a length gets that of all directions together.
 * `live` gives the numbers of the rule at a place in the chain.
 *
 * @throws OptionError where no rule says how far a step goes, or one that is not the last
 */
export function chain(
  stage: Ground,
  rules: readonly Made<'update rule'>[],
  moved: readonly Moved[],
  objective: Value,
  live: (index: number) => Live,
): Chained {
  const rateOf = rateIn(rules);
  const { tape, batch: rows } = stage;
  const normOf = (gradients: readonly Value[]) => {
    let sum: Value | undefined;
    return () => {
      sum ??= gradients.map((g) => squares(stage, g)).reduce((a, b) => binary(tape, 'add', a, b));
      return sum;
    };
  };
  const slots: { readonly leaf: Value; readonly next: Value }[] = [];
  let directions = moved.map(({ gradient }) => gradient);
  const squaredNorm = normOf(directions);
  let inputs = { rows, objective, squaredNorm };
  for (const [i, rule] of rules.entries()) {
    if (!rule.update) continue;
    directions = moved.map(({ variable }, j) => {
      const own = Object.fromEntries(
        Object.entries(rule.slots?.(variable) ?? {}).map(([name, spec]) => [
          name,
          tape.leaf(`${variable.label} ${name}`, spec),
        ]),
      );
      const given = { ...inputs, variable, gradient: directions[j], slots: own };
      const update: Update = rule.update?.(stage, given, live(i)) ?? { direction: given.gradient };
      for (const [name, next] of Object.entries(update.slots ?? {})) {
        if (!own[name])
          throw new OptionError(`optim[${i}]`, `'${rule.spec.name}' writes a slot '${name}' that it does not declare`);
        slots.push({ leaf: own[name], next });
      }
      return ofShape(`optim[${i}]`, rule, update.direction, variable.shape);
    });
    inputs = { rows, objective, squaredNorm: normOf(directions) };
  }
  const at = rules.length - 1;
  const rate = ofShape(`optim[${at}]`, rules[at], rateOf(stage, inputs, live(at)), [rows]);
  return { directions, rate, slots, squaredNorm };
}

/** The rate of the last rule; no other may have one. */
function rateIn(rules: readonly Made<'update rule'>[]): NonNullable<UpdateRule['rate']> {
  const early = rules.slice(0, -1).find((rule) => rule.rate);
  if (early) {
    throw new OptionError(
      'optim',
      `'${early.spec.name}' says how far a step goes, so nothing may follow it; put it last`,
    );
  }
  const last = rules[rules.length - 1];
  if (last?.rate) return last.rate.bind(last);
  const names = rules.map(({ spec }) => spec.name).join(', ');
  throw new OptionError(
    'optim',
    `its last rule must say how far a step goes, such as sgd or adam; got ${names || 'none'}`,
  );
}

/** Σg² of each row. */
function squares({ tape, batch: rows }: Ground, g: Value): Value {
  const a = g.shape[0] === rows ? g : tape.apply(reshape, { x: g }, { shape: [rows, -1] });
  return tape.apply(sumRows, { a, b: a }, { kind: 'squares' });
}
