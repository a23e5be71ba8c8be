import { definePart } from '../parts/part.js';
import { scale } from './scale.js';
import { sum } from './sum.js';
import { termsOf } from './terms.js';

/** Several objectives at once, on the scale of one. */
export const mean = definePart({
  kind: 'objective',
  name: 'mean',
  text: 'The mean of objectives.',
  fields: { of: { type: 'parts', kind: 'objective', text: 'the terms' } },
  make({ of }) {
    const terms = termsOf('mean.of', of);
    const whole = scale.make({ by: 1 / terms.length, of: [sum.make({ of: terms })] });
    return { ...whole, label: `mean of ${terms.map(({ label }) => label).join(', ')}` };
  },
});
