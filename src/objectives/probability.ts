import { op as softmax } from '../kernels/softmax/index.js';
import { definePart } from '../parts/part.js';
import { CLASS, classObjective } from './classes.js';

/** Its gradient is p·(1 − p) at most, and so fades at both ends. An improbable class is raised by `logProbability` or `logit`. */
export const probability = definePart({
  kind: 'objective',
  name: 'probability',
  text: 'The probability of a class, which also rises where other classes fall.',
  source: 'Simonyan et al. 2013, §2, which takes the score instead for this reason',
  fields: { class: CLASS },
  make({ class: index }) {
    const objective = classObjective('probability', index, ({ tape }, x) =>
      tape.apply(softmax, { x }, { from: 1, to: 2 }),
    );
    return { ...objective, label: `p(class ${index})` };
  },
});
