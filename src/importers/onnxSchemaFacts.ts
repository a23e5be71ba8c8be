// Helpers for the rules in onnxSchemaRules.ts: what they ask about a node, and how they report a violation.
import { formatShape, type Shape } from '../core/shape.js';

/** A node as the rules see it. */
export interface Facts {
  readonly type: string;
  readonly opset: number;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** The shape of an input, if it is known. */
  shape(index: number): Shape | undefined;
  /** The numbers of an input, if they are known at import and fit in a list. */
  values(index: number): readonly number[] | undefined;
  has(attribute: string): boolean;
  number(attribute: string, otherwise: number): number;
  numbers(attribute: string): readonly number[] | undefined;
  text(attribute: string, otherwise: string): string;
}

/** Yields one sentence for each violation. */
export type Check = (facts: Facts) => Iterable<string>;

/** The sentence "`name` is `value`; it must `rule`". */
export const must = (name: string, value: number | string | readonly number[], rule: string): string =>
  `${name} is ${typeof value === 'object' ? formatShape(value) : value}; it must ${rule}`;

/** A text attribute must be one of a list. */
export const oneOf = (attribute: string, otherwise: string, allowed: readonly string[]): Check =>
  function* ({ text }) {
    const value = text(attribute, otherwise);
    if (!allowed.includes(value))
      yield must(attribute, `'${value}'`, `be ${allowed.join(', ').replace(/, ([^,]*)$/, ' or $1')}`);
  };

/** A number attribute must meet a condition. */
export const numeric = (attribute: string, otherwise: number, holds: (n: number) => boolean, rule: string): Check =>
  function* ({ number }) {
    const value = number(attribute, otherwise);
    if (!holds(value)) yield must(attribute, value, rule);
  };

/** A flag that must be 0 or 1, because engines disagree about other numbers. */
export const zeroOrOne = (attribute: string): Check => numeric(attribute, 0, (n) => n === 0 || n === 1, 'be 0 or 1');

/** Inputs that must be lists, by index; with `scalar`, a single number is allowed too. */
export const lists = (inputs: Readonly<Record<number, string>>, scalar = false): Check =>
  function* ({ shape }) {
    for (const [index, name] of Object.entries(inputs)) {
      const of = shape(Number(index));
      if (of && of.length !== 1 && !(scalar && of.length === 0))
        yield must(`input ${name}`, of, 'be a list, of one axis');
    }
  };

/** Several checks, one after another. */
export const all = (...checks: readonly Check[]): Check =>
  function* (facts) {
    for (const check of checks) yield* check(facts);
  };

/** Axes must be within `rank`, negative ones count from the end, and none may occur twice. */
export function* axesWithin(name: string, axes: readonly number[], rank: number, twice = false): Iterable<string> {
  const bad = axes.find((axis) => !(Number.isInteger(axis) && axis >= -rank && axis < rank));
  if (bad !== undefined) yield must(name, bad, `be from ${-rank} to ${rank - 1}, for ${rank} axes`);
  else if (!twice && new Set(axes.map((a) => (a < 0 ? a + rank : a))).size < axes.length) {
    yield must(name, axes, 'name each axis once');
  }
}

/** The attribute `axis` must be within the rank of an input; `beyond` allows that many more at the end. */
export const axis = (otherwise: number, { input = 0, beyond = 0 } = {}): Check =>
  function* ({ shape, number }) {
    const x = shape(input);
    if (!x) return;
    const value = number('axis', otherwise);
    const [least, most] = [-x.length, x.length - 1 + beyond];
    if (!(Number.isInteger(value) && value >= least && value <= most)) {
      yield must('axis', value, `be from ${least} to ${most}, for the input ${formatShape(x)}`);
    }
  };

/** True if the shapes are equal or 1 along each axis, aligned at the end. The layer itself checks the first axis. */
export function fits(a: Shape, b: Shape): boolean {
  const rank = Math.max(a.length, b.length);
  const at = (shape: Shape, i: number) => shape[i - rank + shape.length] ?? 1;
  return Array.from({ length: rank }, (_, i) => i).every(
    (i) => i === 0 || at(a, i) === at(b, i) || at(a, i) === 1 || at(b, i) === 1,
  );
}
