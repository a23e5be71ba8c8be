// The index of the first maximum of each image of a batch: the strongest unit of a layer.
import type { Spec } from '../../core/shape.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import { defineOp } from '../../graph/tape.js';
import { firstMaximum } from '../libraries.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import source from './arg_max_rows.wgsl?raw';

export const rowsKernel = rowKernel({
  name: 'arg_max_rows',
  wgsl: source,
  uses: [firstMaximum],
  buffers: { x: 'read', at: 'write' },
  uniforms: { N: 'u32', size: 'u32' },
});

/** The index of the first maximum of each row of x `[N, ...]`, as u32 `[N]`. */
export const argMaxRows = defineOp({
  name: 'arg_max_rows',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: object): Spec => ({ shape: [x.shape[0]], dtype: 'u32' }),
  variants: ({ inputs: { x }, device }) => rowWays(rowsAlong(x.shape, 1), device),
  lower: ({ inputs: { x }, output: at, device, variant }) => {
    const rows = rowsAlong(x.shape, 1);
    return [
      dispatchRows(rowsKernel, rows, variant, device, {
        buffers: { x, at },
        uniforms: { N: rows.outer, size: rows.L },
      }),
    ];
  },
});
