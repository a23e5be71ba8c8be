import { tableRow } from './tableRow.js';

export const blur = tableRow(
  'blur',
  'Blurred now and then: coarse shapes. Most pictures of the paper are made so.',
  'Yosinski et al. 2015, Table 1, row 3; steps and rates as in the Deep Visualization Toolbox, doc/running-optimize-image.md',
);
