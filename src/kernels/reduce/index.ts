// Reductions of each image of a batch to one number: norms and distances for the trace, the argmax of a layer.
import { type Spec, sizeBetween } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import argmaxSource from './argmax_rows.wgsl?raw';
import sumSource from './reduce_rows.wgsl?raw';

const GROUP = 256;
const KINDS = { sum: 0, squares: 1, distance: 2 } as const;

export interface Attrs {
  /** `Σ a`, `Σ a²`, or `Σ (a − b)²`. */
  readonly kind: keyof typeof KINDS;
}

const sum = kernel({
  name: 'reduce_rows',
  wgsl: sumSource,
  buffers: { a: 'read', b: 'read', y: 'write' },
  uniforms: { N: 'u32', size: 'u32' },
  constants: ['KIND'],
  workgroup: [GROUP],
});
const first = kernel({
  name: 'argmax_rows',
  wgsl: argmaxSource,
  buffers: { x: 'read', at: 'write' },
  uniforms: { N: 'u32', size: 'u32' },
  workgroup: [GROUP],
});
export const kernels = [sum, first];

/** Reduces a (and b, for a distance; else give a again) `[N, ...]` to `[N]`. */
export const op = defineOp({
  name: 'reduce_rows',
  inputs: ['a', 'b'],
  infer: ({ a, b }: { a: Spec; b: Spec }, _: Attrs): Spec => {
    expectShape('reduce_rows', 'b', b.shape, a.shape, "a's shape");
    return { shape: [a.shape[0]], dtype: 'f32' };
  },
  lower: ({ inputs: { a, b }, output: y, attrs: { kind } }) => {
    const [N] = a.shape;
    return [
      dispatch(sum, {
        buffers: { a, b, y },
        uniforms: { N, size: sizeBetween(a.shape, 1) },
        constants: { KIND: KINDS[kind] },
        threads: [N * GROUP],
      }),
    ];
  },
});

/** The index of the first maximum of each row of x `[N, ...]`, as u32 `[N]`. */
export const argmax = defineOp({
  name: 'argmax_rows',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: object): Spec => ({ shape: [x.shape[0]], dtype: 'u32' }),
  lower: ({ inputs: { x }, output: at }) => {
    const [N] = x.shape;
    return [
      dispatch(first, { buffers: { x, at }, uniforms: { N, size: sizeBetween(x.shape, 1) }, threads: [N * GROUP] }),
    ];
  },
});
