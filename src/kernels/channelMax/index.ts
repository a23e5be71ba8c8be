// Each channel's maximum over its map, and where it is: what the search for the images that a unit likes best reads back.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Spec, sizeBetween } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import { GROUP, lanesFor } from '../lanes.js';
import wgsl from './channel_max.wgsl?raw';

const forward = kernel({
  name: 'channel_max',
  wgsl,
  buffers: { x: 'read', y: 'write' },
  uniforms: { planes: 'u32', size: 'u32' },
  constants: ['LANES'],
  workgroup: [GROUP],
});
export const kernels = [forward];

/** Whole numbers up to here are exact as f32. */
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
    return { shape: [N, C, 2], dtype: 'f32' };
  },
  lower: ({ inputs: { x }, output: y, device }) => {
    const planes = x.shape[0] * x.shape[1];
    const size = sizeBetween(x.shape, 2);
    const LANES = lanesFor(size, device);
    return [
      dispatch(forward, {
        buffers: { x, y },
        uniforms: { planes, size },
        constants: { LANES },
        threads: [planes * LANES],
      }),
    ];
  },
});
