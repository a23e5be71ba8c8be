import type { ExampleMeta } from '../shared/meta.js';

export const meta: ExampleMeta = {
  title: 'Preferred image',
  place: 2,
  idea: 'Watch the picture that a unit likes best grow, and change the regularizers while it does.',
  figure: 'Yosinski et al. 2015, figure 4',
};
