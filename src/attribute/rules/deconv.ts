import type { Op, Tape, Vjp, VjpArgs } from '../../graph/tape.js';
import { type Attrs, gate, op as relu } from '../../kernels/relu/index.js';
import { definePart } from '../../parts/part.js';

/** max(dy, 0), whatever went forward. */
const clamped = (tape: Tape, { output, cotangent }: VjpArgs<'x', Attrs>) => ({
  x: tape.apply(gate, { f: output, dy: cotangent }, { mask: false, clamp: true, slope: 0 }),
});

/** Max pooling goes back through its switches, as gradients do. */
export const deconv = definePart({
  kind: 'attribution rule',
  name: 'deconv',
  text: 'Deconvnet: a ReLU lets positive cotangents through, whatever went forward.',
  source: 'Zeiler & Fergus 2013, §2.1',
  fields: {},
  make: () => ({ label: 'deconv', vjps: new Map<Op, Vjp>([[relu, clamped]]) }),
});
