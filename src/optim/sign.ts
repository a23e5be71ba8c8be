import { pointwise } from '../kernels/pointwise/index.js';
import { definePart } from '../parts/part.js';

/** After it, sgd's rate is how far each number moves in a step. */
export const sign = definePart({
  kind: 'update rule',
  name: 'sign',
  text: 'The sign of each number of the gradient, −1, 0 or 1.',
  source: 'Goodfellow et al. 2015, the fast gradient sign method; Bernstein et al. 2018, signSGD',
  fields: {},
  make: () => ({
    label: 'sign',
    update: ({ tape }, { gradient }) => ({ direction: pointwise(tape, gradient, 'sign') }),
  }),
});
