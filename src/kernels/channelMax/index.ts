// Each channel's maximum over its map, and where it is: what the search for the images that a unit likes best reads back.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Spec, sizeBetween } from '../../core/shape.js';
import { type Rows, rowKernel, rowWays } from '../../gpu/rows.js';
import { defineOp } from '../../graph/tape.js';
import firstSource from '../first_maximum.wgsl?raw';
import orderedSource from '../ordered.wgsl?raw';
import { dispatchRows } from '../rows.js';
import wgsl from './channel_max.wgsl?raw';

const forward = rowKernel({
  name: 'channel_max',
  wgsl: `${wgsl}\n${firstSource}\n${orderedSource}`,
  buffers: { x: 'read', y: 'write' },
  uniforms: { planes: 'u32', size: 'u32' },
});
export const kernels = forward;

/** Whole numbers up to here are exact as f32. */
const MAX_SIZE = 2 ** 24;

const rowsOf = ({ shape }: Spec): Rows => ({ rows: shape[0] * shape[1], size: sizeBetween(shape, 2) });

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
    return { shape: [N, C, 2], dtype: 'f32' };
  },
  variants: ({ inputs: { x }, device }) => rowWays(rowsOf(x), device),
  lower: ({ inputs: { x }, output: y, device, variant }) => {
    const { rows: planes, size } = rowsOf(x);
    return [
      dispatchRows(forward, { rows: planes, size }, variant, device, {
        buffers: { x, y },
        uniforms: { planes, size },
      }),
    ];
  },
});
