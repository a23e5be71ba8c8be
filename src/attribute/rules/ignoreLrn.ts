import type { Op, Vjp } from '../../graph/tape.js';
import { op as lrn } from '../../kernels/lrn/index.js';
import { op as lrnWithin } from '../../kernels/lrnWithin/index.js';
import { definePart } from '../../parts/part.js';

const unchanged: Vjp = (_, { cotangent }) => ({ x: cotangent });

/** LRN as if it were not there, on the way back: dx = dy. For a rule beside it, such as `deconv`. */
export const ignoreLrn = definePart({
  kind: 'attribution rule',
  name: 'ignoreLrn',
  text: 'Cotangents pass local response normalization unchanged.',
  source: 'deconv_ignore in the Deep Visualization Toolbox’s Caffe',
  fields: {},
  make: () => ({
    label: 'ignoreLrn',
    vjps: new Map<Op, Vjp>([
      [lrn, unchanged],
      [lrnWithin, unchanged],
    ]),
  }),
});
