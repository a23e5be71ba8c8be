// What objectives that hold others have in common.
import { OptionError } from '../core/errors.js';
import { isMade, type Made } from '../parts/part.js';

/** Objectives among a part's options. @throws OptionError for what is none */
export function termsOf(option: string, of: readonly unknown[]): readonly Made<'objective'>[] {
  return of.map((term) => {
    if (isMade(term) && 'build' in term) return term as Made<'objective'>;
    throw new OptionError(option, `must hold objectives, got ${JSON.stringify(term)}`);
  });
}
