// Dropout at inference: the identity, since Caffe and ONNX scale at training time (inverted dropout). A view.
// In training its place is taken by ../dropoutMask.
import type { Spec } from '../../core/shape.js';
import { defineMacro, defineOp, type Value } from '../../graph/tape.js';
import { pointwise } from '../pointwise/index.js';

export interface Attrs {
  /** Share of units dropped in training; nothing is dropped here. */
  readonly ratio: number;
  /** Gives which units are kept in place of their values: all of them are. */
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
    // x⁰ is 1 whatever x is.
    attrs.mask ? pointwise(tape, x, 'power', { c: 0 }) : tape.apply(kept, { x }, attrs),
});
