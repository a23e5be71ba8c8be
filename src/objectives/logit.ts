import { definePart } from '../parts/part.js';
import { CLASS, classObjective } from './classes.js';

/** A class by its score before the softmax, so that other classes need not fall for it to rise. */
export const logit = definePart({
  kind: 'objective',
  name: 'logit',
  text: 'The score of a class before the softmax.',
  source: 'Simonyan et al. 2013, eq. 1',
  fields: { class: CLASS },
  make: ({ class: index }) => classObjective('logit', index, (_, scores) => scores),
});
