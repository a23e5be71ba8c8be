import { tableRow } from './tableRow.js';

export const contribution = tableRow(
  'contribution',
  'Only the pixels that contribute most are kept: small, sparse patterns.',
  'Yosinski et al. 2015, Table 1, row 4; steps and rates as in the Deep Visualization Toolbox, doc/running-optimize-image.md',
);
