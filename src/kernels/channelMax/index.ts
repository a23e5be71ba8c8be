// Each channel's maximum over its map, and its position. The search for top images reads these back.
import { ShapeError } from '../../core/errors.js';
import { f32, formatShape, type Spec, sizeBetween } from '../../core/shape.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import { defineOp } from '../../graph/tape.js';
import { firstMaximum } from '../libraries.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import wgsl from './channel_max.wgsl?raw';

const forward = rowKernel({
  name: 'channel_max',
  wgsl,
  uses: [firstMaximum],
  buffers: { x: 'read', y: 'write' },
  uniforms: { planes: 'u32', size: 'u32' },
});
export const kernels = forward;

/** Integers up to this one are exact in f32. */
const MAX_SIZE = 2 ** 24;

/** x `[N, C, ...]` to `[N, C, 2]`: the maximum of each channel and the index of its first occurrence; NaN beats numbers. */
export const op = defineOp({
  name: 'channel_max',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: object): Spec => {
    const [N, C] = x.shape;
    if (x.shape.length < 2 || !(sizeBetween(x.shape, 2) <= MAX_SIZE)) {
      throw new ShapeError(
        'channel_max',
        `x must be [N,C,...] with maps of up to ${MAX_SIZE} numbers, got ${formatShape(x.shape)}`,
      );
    }
    return f32(N, C, 2);
  },
  variants: ({ inputs: { x }, device }) => rowWays(rowsAlong(x.shape, 2), device),
  lower: ({ inputs: { x }, output: y, device, variant }) => {
    const rows = rowsAlong(x.shape, 2);
    return [
      dispatchRows(forward, rows, variant, device, {
        buffers: { x, y },
        uniforms: { planes: rows.outer, size: rows.L },
      }),
    ];
  },
});
