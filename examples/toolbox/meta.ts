import type { ExampleMeta } from '../shared/meta.js';

export const meta: ExampleMeta = {
  title: 'Toolbox',
  idea: 'Look inside a net while the world moves in front of it: every layer, every unit, and what each responds to.',
  figure: 'Yosinski et al. 2015, figure 1',
  place: 0,
};
