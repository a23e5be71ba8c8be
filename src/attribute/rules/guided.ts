import type { Op, Tape, Vjp, VjpArgs } from '../../graph/tape.js';
import { type Attrs, gate, op as relu } from '../../kernels/relu/index.js';
import { definePart } from '../../parts/part.js';

/** max(dy, 0) where the forward value is above 0, times the slope elsewhere. */
const guarded = (tape: Tape, { output, cotangent, attrs: { slope } }: VjpArgs<'x', Attrs>) => ({
  x: tape.apply(gate, { f: output, dy: cotangent }, { mask: true, clamp: true, slope }),
});

/** Both of the others at once: dy·[f > 0]·[dy > 0] for a ReLU of output f and cotangent dy. Springenberg et al. 2014. */
export const guided = definePart({
  kind: 'attribution rule',
  name: 'guided',
  text: 'Guided backpropagation: a ReLU lets positive cotangents through where the forward value is positive too.',
  source: 'Springenberg et al. 2014, §3',
  fields: {},
  make: () => ({ label: 'guided', vjps: new Map<Op, Vjp>([[relu, guarded]]) }),
});
