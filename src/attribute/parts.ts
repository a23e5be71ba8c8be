// All attribution rules by name, for commands and pages. A rule of one's own is given to a method as a value, or added beside
// these: `attributionParts.with([mine])`.
import type { AttributionRule } from '../parts/kinds.js';
import { createParts, type Parts } from '../parts/part.js';
import * as rules from './rules/index.js';

/** The rules that come with the library. */
export const attributionParts: Parts = createParts(Object.values(rules));

/** A built-in rule by its name, or a rule. */
export type NameOrRule = keyof typeof rules | AttributionRule;

/** How cotangents pass the ops: rules by name or as values, of which the later one counts where two are for one op. */
export type Method = NameOrRule | readonly NameOrRule[];

/** The rules of a method. @throws UnknownNameError */
export function rulesOf(method: Method): AttributionRule[] {
  const made = (rule: NameOrRule): AttributionRule =>
    typeof rule === 'string' ? attributionParts.make('attribution rule', { name: rule }) : rule;
  return typeof method === 'string' || 'vjps' in method ? [made(method)] : method.map(made);
}
