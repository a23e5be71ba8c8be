// A value that gradients do not go through. No kernel: a view.
import type { Spec } from '../../core/shape.js';
import { defineOp } from '../../graph/tape.js';

export const kernels = [];

/** `x`, as a constant to what is differentiated. */
export const op = defineOp({
  name: 'detach',
  inputs: ['x'],
  view: 'x',
  infer: ({ x }: { x: Spec }, _: object) => x,
  lower: () => [],
  vjp: () => ({}),
});
