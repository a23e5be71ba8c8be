import type { Value } from '../graph/tape.js';
import { op as logSoftmax } from '../kernels/logSoftmax/index.js';
import { definePart } from '../parts/part.js';
import type { Scene } from '../scene/openNet.js';
import { CLASS, classObjective } from './classes.js';
import { OWN_TERM, ownTerms } from './ownTerm.js';

/** As `probability`, but its gradient does not fade where the class is improbable: it is the class's score minus what all classes share. */
export const logProbability = definePart({
  kind: 'objective',
  name: 'logProbability',
  text: 'The logarithm of the probability of a class: its score rises, or those of the others fall.',
  source: 'Nguyen et al. 2017 (PPGN): log p(y = c | x)',
  fields: { class: CLASS, terms: OWN_TERM },
  make({ class: index, terms = 'all' }) {
    const of = ({ tape }: Scene, x: Value) =>
      terms === 'own' ? ownTerms(tape, x) : tape.apply(logSoftmax, { x }, { from: 1, to: 2 });
    const objective = classObjective('logProbability', index, of, `logProbability ${terms}`);
    return { ...objective, label: `log p(class ${index})` };
  },
});
