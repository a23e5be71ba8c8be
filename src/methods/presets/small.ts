import { tableRow } from './tableRow.js';

export const small = tableRow(
  'small',
  'The paper’s regularizers for images of about 64 pixels.',
  'This library, after Yosinski et al. 2015, Table 1',
  'Weaker blur and decay, and rates that aim at a rise per step: the table’s blurs wipe out what a step has made of a small image.',
);
