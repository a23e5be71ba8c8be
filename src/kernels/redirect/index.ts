// How a cotangent passes a rectifier that would block all of an image's gradient: it lets through what pushes towards its open range.
import { type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import type { WgslLibrary } from '../../gpu/wgsl.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import throughSource from './gets_through.wgsl?raw';
import redirectSource from './redirect.wgsl?raw';
import rangeSource from './redirect_range.wgsl?raw';

export interface Attrs {
  /** The rectifier is open above this, by its output. */
  readonly low: number;
  /** And below this, if it has such an end. */
  readonly high?: number;
  /** 0: the gradient is the rectifier's own. */
  readonly on: Scalar;
}

const range: WgslLibrary = { name: 'redirect_range', wgsl: rangeSource };
const ends = { low: 'f32', high: 'f32', on: 'f32' } as const;
const throughKernel = rowKernel({
  name: 'gets_through',
  wgsl: throughSource,
  uses: [range],
  buffers: { y: 'read', dy: 'read', through: 'write' },
  uniforms: { N: 'u32', size: 'u32', ...ends },
  constants: ['HIGH'],
});
const redirectKernel = kernel({
  name: 'redirect',
  wgsl: redirectSource,
  uses: [range],
  buffers: { y: 'read', dy: 'read', through: 'read', dx: 'write' },
  uniforms: { n: 'u32', size: 'u32', ...ends },
  constants: ['HIGH'],
  longGrid: 'fold',
});
export const kernels = [...throughKernel, redirectKernel];

const endsOf = ({ low, high = 0, on }: Attrs) => ({ low, high, on });
const constantsOf = ({ high }: Attrs) => ({ HIGH: high === undefined ? 0 : 1 });

/** Whether a rectifier of output y `[N, …]` lets anything of an image's cotangent dy through: u32 `[N]`, 1 or 0; 1 where it is not `on`. */
export const getsThrough = defineOp({
  name: 'gets_through',
  inputs: ['y', 'dy'],
  infer: ({ y, dy }: { y: Spec; dy: Spec }, _: Attrs): Spec => {
    expectShape('gets_through', 'dy', dy.shape, y.shape, "y's shape");
    return { shape: [y.shape[0]], dtype: 'u32' };
  },
  variants: ({ inputs: { y }, device }) => rowWays(rowsAlong(y.shape, 1), device),
  lower: ({ inputs: { y, dy }, output: through, attrs, device, variant }) => {
    const rows = rowsAlong(y.shape, 1);
    return [
      dispatchRows(throughKernel, rows, variant, device, {
        buffers: { y, dy, through },
        uniforms: { N: rows.outer, size: rows.L, ...endsOf(attrs) },
        constants: constantsOf(attrs),
      }),
    ];
  },
});

/** The cotangent of the rectifier's input, of y's shape, from that of its output and what `getsThrough` says. */
export const redirect = defineOp({
  name: 'redirect',
  inputs: ['y', 'dy', 'through'],
  infer: ({ y, dy, through }: { y: Spec; dy: Spec; through: Spec }, _: Attrs): Spec => {
    expectShape('redirect', 'dy', dy.shape, y.shape, "y's shape");
    expectShape('redirect', 'through', through.shape, y.shape.slice(0, 1), 'one for each image');
    return dy;
  },
  lower: ({ inputs: { y, dy, through }, output: dx, attrs }) => {
    const n = sizeOf(y.shape);
    return [
      dispatch(redirectKernel, {
        buffers: { y, dy, through, dx },
        uniforms: { n, size: sizeBetween(y.shape, 1), ...endsOf(attrs) },
        constants: constantsOf(attrs),
        threads: [n],
      }),
    ];
  },
});
