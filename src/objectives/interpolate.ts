import { OptionError } from '../core/errors.js';
import { binary } from '../kernels/binary/index.js';
import { definePart } from '../parts/part.js';
import { termsOf } from './terms.js';

/** A way from one objective to another, or along several, in the images of one batch. */
export const interpolate = definePart({
  kind: 'objective',
  name: 'interpolate',
  text: 'From the first objective to the last across the batch: images between have shares of two neighbouring ones.',
  source: 'Olah et al. 2017; lucid objectives.channel_interpolate, for two channels',
  fields: { of: { type: 'parts', kind: 'objective', text: 'the objectives on the way, two or more' } },
  make({ of }) {
    const terms = termsOf('interpolate.of', of);
    if (terms.length < 2) throw new OptionError('interpolate.of', `needs two objectives or more, got ${terms.length}`);
    return {
      label: terms.map(({ label }) => label).join(' → '),
      layers: [...new Set(terms.flatMap(({ layers }) => layers))],
      build(scene) {
        const { tape, batch } = scene;
        const parts = terms.map((term, k) => {
          // The place of an image on the way, in steps from objective to objective.
          const at = (n: number) => (batch === 1 ? 0 : (n / (batch - 1)) * (terms.length - 1));
          const shares = Float32Array.from({ length: batch }, (_, n) => Math.max(0, 1 - Math.abs(at(n) - k)));
          return binary(tape, 'mul', term.build(scene), tape.constant(`share of ${term.label}`, [batch], shares));
        });
        return parts.reduce((a, b) => binary(tape, 'add', a, b));
      },
    };
  },
});
