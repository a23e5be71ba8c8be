import { definePart } from '../parts/part.js';
import { clipBelow, percentField } from './clipping.js';

/** Zeroes the entries with the smallest |x|. */
export const clipValue = definePart({
  kind: 'regularizer',
  name: 'clipValue',
  text: 'Zeroes the entries with the smallest |x|.',
  source: 'Deep Visualization Toolbox (small_val_percentile); not in the paper',
  fields: { percent: percentField('clip small values', 'zero entries with |x| below this percentile') },
  make: (options) => clipBelow('value', options),
});
