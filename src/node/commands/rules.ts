// --mode: how cotangents pass the ops on their way back, by the names that attribution rules are registered under.
import { attributionParts } from '../../attribute/parts.js';
import type { AttributionRule } from '../../parts/kinds.js';
import { loadPlugins, partFrom } from './parts.js';

/** For the help of a command. */
export const RULES = `backward rules: ${attributionParts
  .list('attribution rule')
  .map(({ name }) => name)
  .join(', ')}, or several of them separated by commas`;

/** The rules that --mode names, of the library and of plugins. @throws OptionError, UnknownNameError */
export async function rulesFrom(text: string, plugins: readonly string[]): Promise<AttributionRule[]> {
  const { own } = await loadPlugins(plugins);
  const registry = attributionParts.with(own.filter(({ kind }) => kind === 'attribution rule'));
  return text.split(',').map((line) => partFrom(registry, 'attribution rule', '--mode', line));
}
