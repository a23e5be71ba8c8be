// What a part of a method can be told, as data: from it come the recipe's reader, the command's flags, the page's sliders and the
// table in the docs.
import { OptionError } from '../core/errors.js';

interface Described {
  /** What it does, in a few words. */
  readonly text: string;
  /** Its name in a form, where there is no room for the text. */
  readonly label?: string;
  /** Unit of the number: px, steps, %. */
  readonly unit?: string;
  /** Where it comes from: a paper's symbol, an equation, a default of other software. */
  readonly source?: string;
  /** It may be changed while a run goes on, without compiling. */
  readonly live?: true;
  /** It may be left out, and is then undefined. */
  readonly optional?: true;
}

/** A number, with its range, its unit and how a slider shows it. */
export interface NumberField extends Described {
  readonly type: 'number';
  readonly min?: number;
  readonly max?: number;
  /** The number must be above this. */
  readonly above?: number;
  /** The number must be below this. */
  readonly below?: number;
  /** Whole numbers only. */
  readonly whole?: true;
  readonly default?: number;
  /** How a slider shows it, where its range is not the one that people want: in powers of ten with `log`. */
  readonly slider?: { readonly min: number; readonly max: number; readonly step: number; readonly log?: true };
}

/** One of several words. */
export interface ChoiceField<C extends string = string> extends Described {
  readonly type: 'choice';
  readonly of: readonly C[];
  readonly default?: C;
}

/** Any text, such as the name of a layer. */
export interface TextField extends Described {
  readonly type: 'text';
  readonly default?: string;
}

/** A list of numbers, such as a row and a column, or a direction in activation space. */
export interface NumbersField extends Described {
  readonly type: 'numbers';
  readonly length?: number;
  readonly default?: readonly number[];
}

/** Other parts, such as the terms of a sum. */
export interface PartsField extends Described {
  readonly type: 'parts';
  readonly kind: 'objective';
}

/** One option of a part: what it may be, its default, its unit and its source. */
export type Field = NumberField | ChoiceField | TextField | NumbersField | PartsField;
/** The options of a part, by name. */
export type Fields = Readonly<Record<string, Field>>;

/** What a part of these fields is told. Fields without a default must be given, unless they are optional. */
export type OptionsOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends { readonly optional: true } ? never : K]: ValueOf<F[K]>;
} & {
  readonly [K in keyof F as F[K] extends { readonly optional: true } ? K : never]?: ValueOf<F[K]>;
};

/** As a caller writes them: what has a default may be left out. */
export type GivenOf<F extends Fields> = {
  readonly [K in keyof F as F[K] extends { readonly optional: true } | { readonly default: unknown }
    ? never
    : K]: ValueOf<F[K]>;
} & {
  readonly [K in keyof F as F[K] extends { readonly optional: true } | { readonly default: unknown }
    ? K
    : never]?: ValueOf<F[K]>;
};

/** The type of the values that a field takes. */
export type ValueOf<F extends Field> =
  F extends ChoiceField<infer C>
    ? C
    : F extends NumberField
      ? number
      : F extends TextField
        ? string
        : F extends NumbersField
          ? readonly number[]
          : readonly unknown[];

/** The rule that a field's value keeps, as a sentence that begins with "must". */
function ruleOf(field: Field): string {
  switch (field.type) {
    case 'number':
      return `must be a ${field.whole ? 'whole ' : ''}number${rangeOf(field)}`;
    case 'choice':
      return `must be ${listed(field.of)}`;
    case 'numbers':
      return `must be a list of ${field.length === undefined ? '' : `${field.length} `}numbers`;
    case 'parts':
      return `must be a list of parts of kind ${field.kind}`;
    default:
      return 'must be a string';
  }
}

/** A number's range in words, with a space before it; empty where there is none. */
export function rangeOf({ min, max, above, below }: NumberField): string {
  const low = above !== undefined ? ` above ${above}` : min !== undefined ? ` from ${min}` : '';
  const high = below !== undefined ? ` below ${below}` : max !== undefined ? ` to ${max}` : '';
  return low && below !== undefined ? `${low} and${high}` : `${low}${high}`;
}

const listed = (names: readonly string[]): string =>
  names.length === 1 ? names[0] : `${names.slice(0, -1).join(', ')} or ${names[names.length - 1]}`;

/** Whether a value is what its field may be. */
function keeps(field: Field, value: unknown): boolean {
  switch (field.type) {
    case 'number': {
      const { min, max, above, below, whole } = field;
      return (
        typeof value === 'number' &&
        Number.isFinite(value) &&
        (!whole || Number.isInteger(value)) &&
        (min === undefined || value >= min) &&
        (max === undefined || value <= max) &&
        (above === undefined || value > above) &&
        (below === undefined || value < below)
      );
    }
    case 'choice':
      return field.of.some((choice) => choice === value);
    case 'numbers':
      return (
        Array.isArray(value) &&
        value.length > 0 &&
        (field.length === undefined || value.length === field.length) &&
        value.every((n) => Number.isFinite(n))
      );
    case 'parts':
      return Array.isArray(value) && value.length > 0;
    default:
      return typeof value === 'string';
  }
}

/** A value in a message. JSON has no word for NaN and infinities. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
}

/**
 * The options of a part, held against its fields: no others, and defaults where nothing is given.
 *
 * @throws OptionError naming the field from `path` on, the rule and the value
 */
export function checkFields<F extends Fields>(path: string, fields: F, given: object): OptionsOf<F> {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(fields, name)) {
      throw new OptionError(`${path}.${name}`, `is no field here; known: ${Object.keys(fields).join(', ') || 'none'}`);
    }
  }
  const values = new Map<string, unknown>(Object.entries(given));
  const options = Object.entries(fields).flatMap(([name, field]) => {
    const value = values.get(name) ?? ('default' in field ? field.default : undefined);
    if (value === undefined && field.optional) return [];
    if (keeps(field, value)) return [[name, value]];
    throw new OptionError(`${path}.${name}`, `${ruleOf(field)}, got ${shown(value)}`);
  });
  return Object.fromEntries(options) as OptionsOf<F>;
}
