import { binary } from '../kernels/binary/index.js';
import { definePart } from '../parts/part.js';
import { termsOf } from './terms.js';

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
      ...(terms.every(({ watch }) => watch) && {
        watch(scene) {
          const [first, ...others] = terms.map((term) => term.watch?.(scene));
          const isOne = others.every(
            (other) => other?.layer === first?.layer && other?.unit.index === first?.unit.index,
          );
          return isOne ? first : undefined;
        },
      }),
    };
  },
});
