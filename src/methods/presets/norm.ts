import { tableRow } from './tableRow.js';

export const norm = tableRow(
  'norm',
  'High frequencies in patches: pixels of small norm are cut away.',
  'Yosinski et al. 2015, Table 1, row 1; steps and rates as in the Deep Visualization Toolbox, doc/running-optimize-image.md',
);
