// A part of a method: one file with one export that carries its own schema.
import { OptionError, UnknownNameError } from '../core/errors.js';
import { checkFields, type Fields, type GivenOf, type OptionsOf } from './fields.js';
import type { Kinds } from './kinds.js';

/** What kinds of parts there are. */
export type Kind = keyof Kinds;
const ALL: Readonly<Record<Kind, true>> = {
  objective: true,
  parameterization: true,
  transform: true,
  regularizer: true,
  'update rule': true,
  'attribution rule': true,
  'attribution method': true,
};
export const KINDS = Object.keys(ALL) as readonly Kind[];

/** A part as JSON: its name, and its options beside it. */
export interface PartSpec {
  readonly name: string;
  readonly [option: string]: unknown;
}

/** A part that was made, which remembers what made it, and which of its fields may change while a run goes on. */
export type Made<K extends Kind> = Kinds[K] & {
  readonly spec: PartSpec;
  readonly live: readonly string[];
  /** What makes it again with other options. */
  readonly part: AnyPart<K>;
};

/** Declares one objective, parameterization, transform, regularizer, update rule, attribution rule or attribution method. */
export interface Part<K extends Kind = Kind, F extends Fields = Fields> {
  readonly kind: K;
  /** As recipes and flags call it. */
  readonly name: string;
  /** What it does, in one sentence. */
  readonly text: string;
  /** The paper and equation, or the software, that it comes from. */
  readonly source?: string;
  readonly fields: F;
  /** The part itself. Options with a default may be left out. @throws OptionError naming the field, the rule and the value */
  make(options: GivenOf<F>): Made<K>;
}

/** A part of any fields: what a registry holds. */
export type AnyPart<K extends Kind = Kind> = Omit<Part<K>, 'make'> & {
  /** The part itself, of options that fit its fields. @throws OptionError */
  make(options: never): Made<K>;
};

/**
 * Declares a part. `make` gets options that its fields have been held against, defaults filled in; what it returns becomes a value
 * that also knows its `spec`, so that a study made of values can be written as JSON.
 */
export function definePart<K extends Kind, const F extends Fields>(declaration: {
  readonly kind: K;
  readonly name: string;
  readonly text: string;
  readonly source?: string;
  readonly fields: F;
  make(options: OptionsOf<F>): Kinds[K];
}): Part<K, F> {
  const { kind, name, fields } = declaration;
  const live = Object.keys(fields).filter((field) => fields[field].live);
  const part: Part<K, F> = {
    ...declaration,
    make(options) {
      const whole = checkFields(name, fields, options);
      const spec = specOf(kind, name, whole, fields);
      return { ...declaration.make(whole), spec, live, part: part as unknown as AnyPart<K> };
    },
  };
  return part;
}

/** A part's options as JSON: other parts among them by their specs. */
function specOf(kind: Kind, name: string, options: Readonly<Record<string, unknown>>, fields: Fields): PartSpec {
  const entries = Object.entries(options).map(([field, value]) => {
    if (fields[field].type !== 'parts' || !Array.isArray(value)) return [field, value];
    const specs = value.map((part: unknown) => {
      if (!isMade(part)) throw new OptionError(`${name}.${field}`, `must hold ${kind}s, got ${JSON.stringify(part)}`);
      return part.spec;
    });
    return [field, specs];
  });
  return { name, ...Object.fromEntries(entries) };
}

/** Whether something is a part that was made, and no spec of one. */
export const isMade = (part: unknown): part is { readonly spec: PartSpec } =>
  typeof part === 'object' && part !== null && 'spec' in part;

/** The parts that recipes, flags and pages can name. */
export interface Parts {
  /** All parts. */
  list(): readonly AnyPart[];
  /** Those of one kind. */
  list<K extends Kind>(kind: K): readonly AnyPart<K>[];
  /** A part by its name. @throws UnknownNameError with the nearest name */
  get<K extends Kind>(kind: K, name: string): AnyPart<K>;
  /** A part from its spec; one that was made already is returned as it is. `path` names it in complaints. @throws OptionError */
  make<K extends Kind>(kind: K, spec: PartSpec | Made<K>, path?: string): Made<K>;
  /** These and others, such as a plugin's. @throws OptionError where two of a kind have one name */
  with(more: readonly AnyPart[]): Parts;
}

/** A registry of parts. */
export function createParts(all: readonly AnyPart[]): Parts {
  const byKind = new Map<Kind, Map<string, AnyPart>>();
  for (const part of all) {
    const named = byKind.get(part.kind) ?? new Map<string, AnyPart>();
    if (named.has(part.name))
      throw new OptionError('parts', `there are two parts '${part.name}' of kind ${part.kind}; rename one`);
    byKind.set(part.kind, named.set(part.name, part));
  }
  const get = <K extends Kind>(kind: K, name: string): AnyPart<K> => {
    const named = byKind.get(kind) ?? new Map<string, AnyPart>();
    const part = named.get(name);
    if (!part) throw new UnknownNameError(kind, name, [...named.keys()]);
    return part as unknown as AnyPart<K>;
  };
  const make = <K extends Kind>(kind: K, spec: PartSpec | Made<K>, path: string = kind): Made<K> => {
    if (isMade(spec)) return spec as Made<K>;
    if (typeof spec !== 'object' || spec === null || typeof spec.name !== 'string') {
      throw new OptionError(path, `must be a part such as { "name": … }, got ${JSON.stringify(spec)}`);
    }
    const { name, ...options } = spec;
    const part = get(kind, name);
    const resolved = Object.fromEntries(
      Object.entries(options).map(([field, value]) => {
        const declared = part.fields[field];
        if (declared?.type !== 'parts' || !Array.isArray(value)) return [field, value];
        return [field, value.map((one, i) => make(declared.kind, one as PartSpec, `${path}.${field}[${i}]`))];
      }),
    );
    try {
      return part.make(resolved as never);
    } catch (error) {
      // As the recipe names it: `regularize[1].radius`, not `blur.radius`.
      if (error instanceof OptionError && error.option.startsWith(`${name}.`)) {
        throw new OptionError(`${path}${error.option.slice(name.length)}`, error.rule);
      }
      throw error;
    }
  };
  return {
    list: <K extends Kind>(kind?: K) =>
      all.filter((part) => kind === undefined || part.kind === kind) as unknown as AnyPart<K>[],
    get,
    make,
    with: (more) => createParts([...all, ...more]),
  };
}
