import { definePart } from '../parts/part.js';
import { clipBelow, percentField } from './clipping.js';

/** Zeroes the pixels with the smallest norm over the channels. */
export const clipNorm = definePart({
  kind: 'regularizer',
  name: 'clipNorm',
  text: 'Zeroes the pixels with the smallest norm over the channels.',
  source: 'Yosinski et al. 2015, θ_n_pct',
  fields: { percent: percentField('clip small norm', 'zero pixels whose norm is below this percentile', 'θ_n_pct') },
  make: (options) => clipBelow('norm', options),
});
