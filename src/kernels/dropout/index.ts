// Dropout at inference: the identity, since Caffe and ONNX scale at training time (inverted dropout). A view.
// In training its place is taken by ../dropoutMask.
import type { Spec } from '../../core/shape.js';
import { defineOp } from '../../graph/tape.js';

export interface Attrs {
  /** Share of units dropped in training; nothing is dropped here. */
  readonly ratio: number;
}

export const kernels = [];

/** `x`. */
export const op = defineOp({
  name: 'dropout',
  inputs: ['x'],
  view: 'x',
  window: { of: ['x'] },
  infer: ({ x }: { x: Spec }, _: Attrs) => x,
  lower: () => [],
  vjp: (_, { cotangent }) => ({ x: cotangent }),
});
