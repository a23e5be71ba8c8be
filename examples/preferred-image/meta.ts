import type { ExampleMeta } from '../shared/meta.js';

export const meta: ExampleMeta = {
  title: 'Studio',
  place: 2,
  idea: 'Watch the pictures that units like best grow, one or two side by side, change their recipes while they do, and keep them.',
  figure: 'Yosinski et al. 2015, figure 4; Olah et al. 2017',
};
