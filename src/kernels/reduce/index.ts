// Reductions of each image of a batch to one number: norms and distances for the trace, the argmax of a layer.
import { f32, type Spec } from '../../core/shape.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import { defineOp } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import firstSource from '../first_maximum.wgsl?raw';
import orderedSource from '../ordered.wgsl?raw';
import { dispatchRows, rowsAlong } from '../rows.js';
import argmaxSource from './argmax_rows.wgsl?raw';
import sumSource from './reduce_rows.wgsl?raw';

const KINDS = { sum: 0, squares: 1, distance: 2 } as const;

export interface Attrs {
  /** `Σ a`, `Σ a²`, or `Σ (a − b)²`. */
  readonly kind: keyof typeof KINDS;
}

const sum = rowKernel({
  name: 'reduce_rows',
  wgsl: sumSource,
  buffers: { a: 'read', b: 'read', y: 'write' },
  uniforms: { N: 'u32', size: 'u32' },
  constants: ['KIND'],
});
const first = rowKernel({
  name: 'argmax_rows',
  wgsl: `${argmaxSource}\n${firstSource}\n${orderedSource}`,
  buffers: { x: 'read', at: 'write' },
  uniforms: { N: 'u32', size: 'u32' },
});
export const kernels = [sum, first];

/** Reduces a (and b, for a distance; else give a again) `[N, ...]` to `[N]`. */
export const op = defineOp({
  name: 'reduce_rows',
  inputs: ['a', 'b'],
  infer: ({ a, b }: { a: Spec; b: Spec }, _: Attrs): Spec => {
    expectShape('reduce_rows', 'b', b.shape, a.shape, "a's shape");
    return f32(a.shape[0]);
  },
  variants: ({ inputs: { a }, device }) => rowWays(rowsAlong(a.shape, 1), device),
  lower: ({ inputs: { a, b }, output: y, attrs: { kind }, device, variant }) => {
    const rows = rowsAlong(a.shape, 1);
    return [
      dispatchRows(sum, rows, variant, device, {
        buffers: { a, b, y },
        uniforms: { N: rows.outer, size: rows.L },
        constants: { KIND: KINDS[kind] },
      }),
    ];
  },
});

/** The index of the first maximum of each row of x `[N, ...]`, as u32 `[N]`. */
export const argmax = defineOp({
  name: 'argmax_rows',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: object): Spec => ({ shape: [x.shape[0]], dtype: 'u32' }),
  variants: ({ inputs: { x }, device }) => rowWays(rowsAlong(x.shape, 1), device),
  lower: ({ inputs: { x }, output: at, device, variant }) => {
    const rows = rowsAlong(x.shape, 1);
    return [
      dispatchRows(first, rows, variant, device, {
        buffers: { x, at },
        uniforms: { N: rows.outer, size: rows.L },
      }),
    ];
  },
});
