import type { ExampleMeta } from '../shared/meta.js';

export const meta: ExampleMeta = {
  title: 'Atlas',
  place: 5,
  idea: 'What a layer sees, as a map: activations of 4000 pictures, near those that they are like, with an icon for each square.',
  figure: 'Carter et al. 2019',
};
