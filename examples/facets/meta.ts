import type { ExampleMeta } from '../shared/meta.js';

export const meta: ExampleMeta = {
  title: 'Facets',
  place: 3,
  idea: 'The kinds of pictures that a unit answers to, on a map, and what it sees in each of them, growing.',
  figure: 'Nguyen et al. 2016',
};
