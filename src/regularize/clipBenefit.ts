import { definePart } from '../parts/part.js';
import { clipBelow, percentField } from './clipping.js';

/** Zeroes the pixels that help the objective least: by the signed benefit Σ_c −x·g. */
export const clipBenefit = definePart({
  kind: 'regularizer',
  name: 'clipBenefit',
  text: 'Zeroes the pixels that help the objective least: by the signed benefit Σ_c −x·g.',
  source: 'Deep Visualization Toolbox (px_benefit_percentile); not in the paper',
  fields: { percent: percentField('clip small benefit', 'zero pixels whose signed benefit is below this percentile') },
  make: (options) => clipBelow('benefit', options),
});
