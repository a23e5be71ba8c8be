// The same value under another name. No kernel: a view.
import type { Spec } from '../../core/shape.js';
import { defineOp } from '../../graph/tape.js';

export const kernels = [];

/** `x`. */
export const op = defineOp({
  name: 'identity',
  inputs: ['x'],
  passesZeros: true,
  view: 'x',
  window: { of: ['x'] },
  infer: ({ x }: { x: Spec }, _: object) => x,
  lower: () => [],
  vjp: (_, { cotangent }) => ({ x: cotangent }),
});
