import type { ExampleMeta } from '../shared/meta.js';

export const meta: ExampleMeta = {
  title: 'Samples',
  place: 4,
  idea: 'Chains of samples of a generator walk towards what you name: classes, hidden units, a caption, or what fits a hole in a picture.',
  figure: 'Nguyen et al. 2017, figures 2 and 5',
};
