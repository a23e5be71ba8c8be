import { OptionError } from '../core/errors.js';
import { op as times } from '../kernels/scale/index.js';
import { definePart } from '../parts/part.js';
import { termsOf } from './terms.js';

/** An objective that counts more, less, or against: the one place for a sign. */
export const scale = definePart({
  kind: 'objective',
  name: 'scale',
  text: 'An objective times a number; −1 lowers what it raises.',
  source: 'lucid: objectives times numbers',
  fields: {
    by: { type: 'number', text: 'the factor' },
    of: { type: 'parts', kind: 'objective', text: 'the one objective' },
  },
  make({ by, of }) {
    const [term, ...others] = termsOf('scale.of', of);
    if (others.length > 0)
      throw new OptionError('scale.of', `takes one objective, got ${of.length}; put them in a sum`);
    if (by === 0) throw new OptionError('scale.by', 'must not be 0, which leaves nothing to raise');
    return {
      label: by === -1 ? `−${term.label}` : `${by}·${term.label}`,
      layers: term.layers,
      build: (scene) => scene.tape.apply(times, { x: term.build(scene) }, { factor: by, shift: 0 }),
      ...(term.chosen && {
        chosen: (scene) => term.chosen?.(scene).map((one) => ({ ...one, factor: by * one.factor })) ?? [],
      }),
      ...(term.watch && { watch: term.watch }),
    };
  },
});
