import { OptionError } from '../core/errors.js';
import { binary } from '../kernels/binary/index.js';
import { definePart, isMade, type Made } from '../parts/part.js';

/** Several objectives at once. */
export const sum = definePart({
  kind: 'objective',
  name: 'sum',
  text: 'The sum of objectives.',
  source: 'lucid: objectives add up',
  fields: { of: { type: 'parts', kind: 'objective', text: 'the terms' } },
  make({ of }) {
    const terms = termsOf('sum.of', of);
    return {
      label: terms.map(({ label }) => label).join(' + '),
      layers: [...new Set(terms.flatMap(({ layers }) => layers))],
      build: (scene) => terms.map((term) => term.build(scene)).reduce((a, b) => binary(scene.tape, 'add', a, b)),
      ...(terms.every(({ chosen }) => chosen) && {
        chosen: (scene) => terms.flatMap((term) => term.chosen?.(scene) ?? []),
      }),
    };
  },
});

/** Objectives among a part's options. @throws OptionError for what is none */
export function termsOf(option: string, of: readonly unknown[]): readonly Made<'objective'>[] {
  return of.map((term) => {
    if (isMade(term) && 'build' in term) return term as Made<'objective'>;
    throw new OptionError(option, `must hold objectives, got ${JSON.stringify(term)}`);
  });
}
