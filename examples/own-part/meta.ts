import type { ExampleMeta } from '../shared/meta.js';

export const meta: ExampleMeta = {
  title: 'A part of your own',
  idea: 'A regularizer written on the page, total variation, beside the same image without it.',
  figure: 'Mahendran & Vedaldi 2015, equation 2',
};
