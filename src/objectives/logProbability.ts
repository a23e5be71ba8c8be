import { op as logSoftmax } from '../kernels/logSoftmax/index.js';
import { definePart } from '../parts/part.js';
import { CLASS, classObjective } from './classes.js';

/** As `probability`, but its gradient does not fade where the class is improbable: it is the class's score minus what all classes share. */
export const logProbability = definePart({
  kind: 'objective',
  name: 'logProbability',
  text: 'The logarithm of the probability of a class: its score rises, or those of the others fall.',
  source: 'Nguyen et al. 2017 (PPGN): log p(y = c | x)',
  fields: { class: CLASS },
  make({ class: index }) {
    const objective = classObjective('logProbability', index, ({ tape }, x) =>
      tape.apply(logSoftmax, { x }, { from: 1, to: 2 }),
    );
    return { ...objective, label: `log p(class ${index})` };
  },
});
