import { definePart } from '../parts/part.js';
import { clipBelow, percentField } from './clipping.js';

/** Zeroes the pixels that matter least to the objective: by |Σ_c −x·g|. */
export const clipContribution = definePart({
  kind: 'regularizer',
  name: 'clipContribution',
  text: 'Zeroes the pixels that matter least to the objective: by |Σ_c −x·g|.',
  source: 'Yosinski et al. 2015, θ_c_pct',
  fields: {
    percent: percentField(
      'clip small contribution',
      'zero pixels whose contribution is below this percentile',
      'θ_c_pct',
    ),
  },
  make: (options) => clipBelow('contribution', options),
});
