import { OptionError } from '../core/errors.js';
import { op as logSoftmax } from '../kernels/logSoftmax/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import { definePart } from '../parts/part.js';
import { CLASS, classObjective } from './classes.js';
import { OWN_TERM, ownTerm } from './ownTerm.js';

/** As `probability`, but its gradient does not fade where the class is improbable: it is the class's score minus what all classes share. */
export const logProbability = definePart({
  kind: 'objective',
  name: 'logProbability',
  text: 'The logarithm of the probability of a class: its score rises, or those of the others fall.',
  source: 'Nguyen et al. 2017 (PPGN): log p(y = c | x)',
  fields: { class: CLASS, terms: OWN_TERM },
  make({ class: index, terms = 'all' }) {
    const objective = classObjective('logProbability', index, ({ tape }, x) =>
      tape.apply(logSoftmax, { x }, { from: 1, to: 2 }),
    );
    const label = `log p(class ${index})`;
    if (terms === 'all') return { ...objective, label };
    const { watch } = objective;
    return {
      label,
      layers: [],
      build(scene) {
        const watched = watch?.(scene);
        if (!watched) throw new OptionError('logProbability.class', 'is about no unit');
        const { layer, unit } = watched;
        const scores = scene.tape.apply(reshape, { x: layer }, { shape: [scene.batch, layer.shape[1]] });
        return ownTerm(scene.tape, scores, unit.channel);
      },
      ...(watch && { watch }),
    };
  },
});
