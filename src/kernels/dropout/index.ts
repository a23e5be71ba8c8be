// Dropout at inference: the identity, because Caffe and ONNX scale during training (inverted dropout). A view. In training,
// ../dropoutMask replaces it.
import type { Spec } from '../../core/shape.js';
import { defineMacro, defineOp, type Value } from '../../graph/tape.js';
import { pointwise } from '../pointwise/index.js';

export interface Attrs {
  /** Share of units dropped during training; nothing is dropped here. */
  readonly ratio: number;
  /** Returns the mask of kept units instead of their values: all ones. */
  readonly mask?: true;
}

export const kernels = [];

const kept = defineOp({
  name: 'dropout',
  inputs: ['x'],
  view: 'x',
  window: { of: ['x'] },
  infer: ({ x }: { x: Spec }, _: Attrs) => x,
  lower: () => [],
  vjp: (_, { cotangent }) => ({ x: cotangent }),
});

/** `x`, or ones for its mask. */
export const op = defineMacro({
  name: 'dropout',
  inputs: ['x'],
  passesZeros: true,
  expand: (tape, { x }, attrs: Attrs): Value =>
    // x⁰ is 1 for any x.
    attrs.mask ? pointwise(tape, x, 'power', { c: 0 }) : tape.apply(kept, { x }, attrs),
});
