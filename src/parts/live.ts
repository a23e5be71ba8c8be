// Numbers of a part that may change while a run goes on.
import type { Shape } from '../core/shape.js';
import type { Plan } from '../graph/plan.js';
import type { Param, Scalar, Tape, Value } from '../graph/tape.js';

/**
 * Where a part gets the numbers of its step from. The loop sets them again whenever an option changes: a part states how each
 * follows from its options, `O`, and never sets anything itself.
 */
export interface Live<O = never> {
  /** A uniform that follows from the options. */
  number(label: string, type: Param['type'], of: (options: O) => number): Scalar;
  /** An array that follows from the options. */
  data(label: string, shape: Shape, of: (options: O) => Float32Array): Value;
}

/** Numbers that stay as they are: a part on a tape of its own, outside a loop. */
export function fixed<O>(tape: Tape, options: O): Live<O> {
  return {
    number: (_, __, of) => of(options),
    data: (label, shape, of) => tape.constant(label, shape, of(options)),
  };
}

/** The numbers of many parts on one tape, each part by its key. */
export interface Controls {
  /** For the part that is found under `key` in what `set` is given. */
  of(key: string): Live;
  /** Sets all numbers from the options of each part. */
  set(plan: Plan, options: ReadonlyMap<string, Readonly<Record<string, unknown>>>): void;
}

export function createControls(tape: Tape): Controls {
  type Options = Readonly<Record<string, unknown>>;
  const setters: { readonly key: string; set(plan: Plan, options: Options): void }[] = [];
  return {
    // Each part is given its own options back, whose type only the part knows.
    of: (key): Live => ({
      number(label, type, of: (options: never) => number) {
        const param = tape.param(label, type, 0);
        setters.push({ key, set: (plan, options) => plan.set(param, of(options as never)) });
        return param;
      },
      data(label, shape, of: (options: never) => Float32Array) {
        const leaf = tape.leaf(label, { shape, dtype: 'f32' });
        setters.push({ key, set: (plan, options) => plan.write(leaf, of(options as never)) });
        return leaf;
      },
    }),
    set(plan, options) {
      for (const { key, set } of setters) {
        const own = options.get(key);
        if (own) set(plan, own);
      }
    },
  };
}
