// Max pooling, its switches, and backward through them.
import type { Shape, Spec } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import { paddingFor, slidingNeeds } from '../../graph/windows.js';
import { inferPool, type PoolAttrs, poolSizes, poolUniforms } from '../pooling.js';
import forwardSource from './max_pool.wgsl?raw';
import backwardSource from './max_pool_dx.wgsl?raw';
import indexSource from './max_pool_index.wgsl?raw';

export * from './import.js';

export type Attrs = PoolAttrs;

const forward = kernel({
  name: 'max_pool',
  wgsl: forwardSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: poolUniforms,
  workgroup: [16, 4, 1],
});
const switches = kernel({
  name: 'max_pool_index',
  wgsl: indexSource,
  buffers: { x: 'read', at: 'write' },
  uniforms: poolUniforms,
  workgroup: [16, 4, 1],
});
const backward = kernel({
  name: 'max_pool_dx',
  wgsl: backwardSource,
  buffers: { at: 'read', dy: 'read', dx: 'write' },
  uniforms: poolUniforms,
  workgroup: [16, 4, 1],
});
export const kernels = [forward, switches, backward];

/** The position of each window's maximum in its plane: the pooling switches, u32. */
const index = defineOp({
  name: 'max_pool_index',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, attrs: Attrs): Spec => ({ ...inferPool('maxPool', x, attrs), dtype: 'u32' }),
  lower: ({ inputs: { x }, output: at, attrs }) => {
    const [N, C, height, width] = at.shape;
    return [
      dispatch(switches, {
        buffers: { x, at },
        uniforms: poolSizes(N * C, x.shape, at.shape, attrs),
        threads: [width, height, N * C],
      }),
    ];
  },
});

/** `∂loss/∂x` given the switches: unpooling. */
const dx = defineOp({
  name: 'max_pool_dx',
  inputs: ['at', 'dy'],
  infer: (_, { shape }: Attrs & { readonly shape: Shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { at, dy }, output, attrs }) => {
    const [N, C, height, width] = output.shape;
    return [
      dispatch(backward, {
        buffers: { at, dy, dx: output },
        uniforms: poolSizes(N * C, output.shape, dy.shape, attrs),
        threads: [width, height, N * C],
      }),
    ];
  },
});

/** Maximum over windows of x `[N,C,H,W]`. */
export const op = defineOp({
  name: 'maxPool',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, attrs: Attrs) => inferPool('maxPool', x, attrs),
  lower: ({ inputs: { x }, output: y, attrs }) => {
    const [N, C, height, width] = y.shape;
    return [
      dispatch(forward, {
        buffers: { x, y },
        uniforms: poolSizes(N * C, x.shape, y.shape, attrs),
        threads: [width, height, N * C],
      }),
    ];
  },
  window: {
    of: ['x'],
    possible: ({ global }) => !global,
    needs: ({ kernel: size, stride, pad }, region) => slidingNeeds(region, size, stride, pad),
    // The padding now says how far the last window reaches, and there is nothing left to round.
    attrs: (attrs, needed, given): Attrs => ({ ...attrs, pad: paddingFor(needed, given), rounding: 'floor' }),
  },
  vjp: (tape, { inputs: { x }, cotangent: dy, attrs }) => {
    const at = tape.apply(index, { x }, attrs);
    return { x: tape.apply(dx, { at, dy }, { ...attrs, shape: x.shape }) };
  },
});
