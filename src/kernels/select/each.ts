// One number of each image, each at a place of its own: the units that were strongest in them.
import { f32, type Shape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import forwardSource from './select_each.wgsl?raw';
import backwardSource from './select_each_dx.wgsl?raw';

const forward = kernel({
  name: 'select_each',
  wgsl: forwardSource,
  buffers: { x: 'read', at: 'read', y: 'write' },
  uniforms: { N: 'u32', size: 'u32' },
  longGrid: 'fold',
});
const backward = kernel({
  name: 'select_each_dx',
  wgsl: backwardSource,
  buffers: { at: 'read', dy: 'read', dx: 'write' },
  uniforms: { n: 'u32', size: 'u32' },
  longGrid: 'fold',
});
export const eachKernels = [forward, backward];

const dx = defineOp({
  name: 'select_each_dx',
  inputs: ['at', 'dy'],
  infer: (_, { shape }: { readonly shape: Shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { at, dy }, output }) => {
    const n = sizeOf(output.shape);
    const uniforms = { n, size: sizeBetween(output.shape, 1) };
    return [dispatch(backward, { buffers: { at, dy, dx: output }, uniforms, threads: [n] })];
  },
});

/**
 * `x[n, at[n]]` for x `[N, ...]` and at u32 `[N]`, giving `[N]`. A place in one image is `(c·H + y)·W + x`; it is not known before
 * the run, so that nothing checks that it lies in the image.
 */
export const selectEach = defineOp({
  name: 'select_each',
  inputs: ['x', 'at'],
  infer: ({ x, at }: { x: Spec; at: Spec }, _: object): Spec => {
    expectShape('select_each', 'at', at.shape, x.shape.slice(0, 1), 'one place for each image');
    return f32(x.shape[0]);
  },
  lower: ({ inputs: { x, at }, output: y }) => {
    const [N] = x.shape;
    const uniforms = { N, size: sizeBetween(x.shape, 1) };
    return [dispatch(forward, { buffers: { x, at, y }, uniforms, threads: [N] })];
  },
  vjp: (tape, { inputs: { x, at }, cotangent: dy }) => ({ x: tape.apply(dx, { at, dy }, { shape: x.shape }) }),
});
