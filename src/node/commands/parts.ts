// convscope parts: lists the parts that a study can name, and those of attribution. And what `render` needs of parts: plugins, and parts written on the line.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { OptionError } from '../../core/errors.js';
import { purposeOf, valuesOf } from '../../parts/describe.js';
import type { Field } from '../../parts/fields.js';
import { type AnyPart, KINDS, type Kind, type Made, type PartSpec, type Parts } from '../../parts/part.js';
import { parts as builtIn } from '../../synthesize/parts.js';
import { number, printJson, table } from './shared.js';

interface Options {
  readonly kind?: string;
  readonly plugin: readonly string[];
  readonly json?: boolean;
}

/** For options that can be repeated. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];

/** Adds the option that loads parts of one's own. */
export function withPlugins(command: Command): Command {
  return command.option(
    '--plugin <file.js>',
    'module that exports parts made with definePart of convscope; can be repeated',
    collect,
    [],
  );
}

export function addParts(program: Command): void {
  withPlugins(program.command('parts'))
    .description(
      'list the objectives, parameterizations, transforms, regularizers and update rules of a study, and rules and methods of attribution',
    )
    .option('--kind <kind>', KINDS.join(', '))
    .option('--json', 'print the result as JSON')
    .action(async (options: Options) => {
      const { own } = await loadPlugins(options.plugin);
      const registry = builtIn.with(own);
      const { kind } = options;
      if (kind !== undefined && !isKind(kind)) {
        throw new OptionError('--kind', `must be one of ${KINDS.join(', ')}, got '${kind}'`);
      }
      const listed = kind === undefined ? registry.list() : registry.list(kind);
      if (options.json) printJson(listed.map(({ make: _, ...part }) => part));
      else console.log(listed.map(described).join('\n\n'));
    });
}

const isKind = (kind: string): kind is Kind => KINDS.some((known) => known === kind);

/** A part as text: its name, what it does, and a line for each field. */
function described({ kind, name, text, source, fields }: AnyPart): string {
  const rows = Object.entries(fields).map(([field, declared]) => [
    `  ${field}`,
    valuesOf(declared),
    purposeOf(declared),
  ]);
  return [
    `${name} (${kind}): ${text}`,
    ...(source ? [`  ${source}`] : []),
    ...(rows.length > 0 ? [table(rows)] : []),
  ].join('\n');
}

export interface Plugins {
  /** The library's parts and the plugins'. */
  readonly registry: Parts;
  /** The plugins' alone. */
  readonly own: readonly AnyPart[];
}

/** Loads the parts of plugins. @throws OptionError naming the file */
export async function loadPlugins(files: readonly string[]): Promise<Plugins> {
  let registry = builtIn;
  const own: AnyPart[] = [];
  for (const file of files) {
    const found = await partsOf(file);
    try {
      registry = registry.with(found);
    } catch (error) {
      throw error instanceof OptionError ? new OptionError('--plugin', `${file}: ${error.rule}`) : error;
    }
    own.push(...found);
  }
  return { registry, own };
}

async function partsOf(file: string): Promise<readonly AnyPart[]> {
  let exported: Readonly<Record<string, unknown>>;
  try {
    exported = await import(pathToFileURL(resolve(file)).href);
  } catch (error) {
    throw new OptionError('--plugin', `cannot load ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const found = new Set(Object.values(exported).flat().filter(isPart));
  if (found.size > 0) return [...found];
  const names = Object.keys(exported).join(', ') || 'nothing';
  throw new OptionError('--plugin', `${file} exports no part made with definePart; it exports ${names}`);
}

function isPart(value: unknown): value is AnyPart {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, name, text, fields, make } = { kind: '', name: '', text: '', fields: null, make: null, ...value };
  const named = typeof kind === 'string' && isKind(kind) && typeof name === 'string' && typeof text === 'string';
  return named && typeof fields === 'object' && fields !== null && typeof make === 'function';
}

/**
 * A part from a line such as `blur radius=1 every=4`: its name, then its fields. Lists of numbers have commas.
 *
 * @throws OptionError naming option, part and field, UnknownNameError
 */
export function partFrom<K extends Kind>(registry: Parts, kind: K, option: string, line: string): Made<K> {
  const [name, ...assigned] = line.trim().split(/\s+/);
  const { fields } = registry.get(kind, name);
  const given = assigned.map((text): [string, unknown] => {
    const at = text.indexOf('=');
    if (at < 1)
      throw new OptionError(option, `must be a name and field=value, as in '${name} field=value'; got '${text}'`);
    const field = text.slice(0, at);
    const declared = Object.hasOwn(fields, field) ? fields[field] : undefined;
    // The part itself says which fields it has.
    return [field, declared ? typed(`${option} ${name}: ${field}`, declared, text.slice(at + 1)) : text.slice(at + 1)];
  });
  const spec: PartSpec = { ...Object.fromEntries(given), name };
  return registry.make(kind, spec, `${option} ${name}`);
}

function typed(what: string, field: Field, text: string): unknown {
  switch (field.type) {
    case 'number':
      return number(what, text);
    case 'numbers':
      return text.split(',').map((one) => number(what, one));
    case 'parts':
      throw new OptionError(
        what,
        'holds other parts, which do not fit on the line; write the study as JSON for --recipe',
      );
    default:
      return text;
  }
}
