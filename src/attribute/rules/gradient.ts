import { definePart } from '../../parts/part.js';

/** The derivative itself: no op has another rule than its own. */
export const gradient = definePart({
  kind: 'attribution rule',
  name: 'gradient',
  text: 'The gradient: every op has its derivative.',
  source: 'Simonyan et al. 2013, §3',
  fields: {},
  make: () => ({ label: 'gradient', vjps: new Map() }),
});
