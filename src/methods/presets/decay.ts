import { tableRow } from './tableRow.js';

export const decay = tableRow(
  'decay',
  'Strong L2 decay: the image stays close to the mean, with sparse colour.',
  'Yosinski et al. 2015, Table 1, row 2; steps and rates as in the Deep Visualization Toolbox, doc/running-optimize-image.md',
);
