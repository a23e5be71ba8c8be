// Sums each image of a batch to one number: sums, norms and distances for the record of a step.
import { f32, type Spec } from '../../core/shape.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import { defineOp } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import source from './sum_rows.wgsl?raw';

const KINDS = { sum: 0, squares: 1, distance: 2 } as const;

export interface SumAttrs {
  /** `Σ a`, `Σ a²`, or `Σ (a − b)²`. */
  readonly kind: keyof typeof KINDS;
}

export const sumKernel = rowKernel({
  name: 'sum_rows',
  wgsl: source,
  buffers: { a: 'read', b: 'read', y: 'write' },
  uniforms: { N: 'u32', size: 'u32' },
  constants: ['KIND'],
});

/** Sums `[N, ...]` to `[N]`. For a distance, b is the other value; otherwise pass a again. */
export const sumRows = defineOp({
  name: 'sum_rows',
  inputs: ['a', 'b'],
  infer: ({ a, b }: { a: Spec; b: Spec }, _: SumAttrs): Spec => {
    expectShape('sum_rows', 'b', b.shape, a.shape, "a's shape");
    return f32(a.shape[0]);
  },
  variants: ({ inputs: { a }, device }) => rowWays(rowsAlong(a.shape, 1), device),
  lower: ({ inputs: { a, b }, output: y, attrs: { kind }, device, variant }) => {
    const rows = rowsAlong(a.shape, 1);
    return [
      dispatchRows(sumKernel, rows, variant, device, {
        buffers: { a, b, y },
        uniforms: { N: rows.outer, size: rows.L },
        constants: { KIND: KINDS[kind] },
      }),
    ];
  },
});
