// Axes merged into one (Caffe's Flatten, ONNX's Flatten). No kernel: a view.
import { type Spec, sizeBetween } from '../../core/shape.js';
import { defineOp } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import { op as reshape } from '../reshape/index.js';

export interface Attrs {
  /** First and last axis merged; negative ones count from the back. */
  readonly axis: number;
  readonly end: number;
}

export const kernels = [];

/** `x` with axes `axis..end` merged. */
export const op = defineOp({
  name: 'flatten',
  inputs: ['x'],
  passesZeros: true,
  view: 'x',
  infer: ({ x }: { x: Spec }, { axis, end }: Attrs): Spec => {
    const from = normalizeAxis('flatten', axis, x.shape.length);
    const to = normalizeAxis('flatten', end, x.shape.length) + 1;
    return { shape: [...x.shape.slice(0, from), sizeBetween(x.shape, from, to), ...x.shape.slice(to)], dtype: x.dtype };
  },
  lower: () => [],
  vjp: (tape, { inputs: { x }, cotangent }) => ({ x: tape.apply(reshape, { x: cotangent }, { shape: x.shape }) }),
});
