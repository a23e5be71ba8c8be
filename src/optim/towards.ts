// Rules that go towards a place: what the priors have in common.
import { OptionError } from '../core/errors.js';
import type { Tape, Value } from '../graph/tape.js';
import { stepUp } from '../kernels/ascent/index.js';
import { binary } from '../kernels/binary/index.js';
import type { Live } from '../parts/live.js';

/** The field that says how far. */
export const AMOUNT = {
  type: 'number',
  min: 0,
  default: 1e-2,
  live: true,
  text: 'ε₁: how far to go',
  slider: { min: -6, max: 0, step: 0.05, log: true },
} as const;

interface Options {
  readonly amount: number;
}

/** `gradient + amount·(place − variable)`. @throws OptionError under `option`, where the place has another shape; `what` makes it */
export function towards(
  tape: Tape,
  { variable, gradient }: { readonly variable: Value; readonly gradient: Value },
  place: Value,
  live: Live<Options>,
  { option, what }: { readonly option: string; readonly what: string },
): Value {
  if (place.shape.join() !== variable.shape.join()) {
    const [has, wants] = [place, variable].map(({ shape }) => shape.slice(1).join('×'));
    throw new OptionError(option, `${what} has ${has} numbers, the variable has ${wants}`);
  }
  const rate = live.data('amount', [1], ({ amount }) => Float32Array.of(amount));
  return tape.apply(stepUp, { x: gradient, d: binary(tape, 'sub', place, variable), rate }, {});
}
