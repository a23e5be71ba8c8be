// --mode: how cotangents pass the ops on their way back, by the names that attribution rules are registered under.
import { attributionParts } from '../../attribute/parts.js';
import { OptionError } from '../../core/errors.js';
import type { AttributionRule } from '../../parts/kinds.js';

const NAMES = attributionParts.list('attribution rule').map(({ name }) => name);

/** For the help of a command. */
export const RULES = `backward rules: ${NAMES.join(', ')}, or several of them separated by commas`;

/** The rules that --mode names. @throws OptionError */
export function rulesFrom(text: string): AttributionRule[] {
  return text.split(',').map((given) => {
    const name = given.trim();
    if (!NAMES.includes(name)) {
      throw new OptionError('--mode', `must be of ${NAMES.join(', ')}, separated by commas, got '${text}'`);
    }
    return attributionParts.make('attribution rule', { name });
  });
}
