// One number of each image: a unit's activation as an objective, and the place where backward starts.
import { ShapeError } from '../../core/errors.js';
import { f32, formatShape, type Shape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { eachKernels } from './each.js';
import forwardSource from './select.wgsl?raw';
import backwardSource from './select_dx.wgsl?raw';

export interface Attrs {
  /** Position in one image's activations, `(c·H + y)·W + x`. A Param moves the unit without recompiling. */
  readonly index: Scalar;
}

const forward = kernel({
  name: 'select',
  wgsl: forwardSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: { N: 'u32', size: 'u32', index: 'u32' },
  longGrid: 'fold',
});
const backward = kernel({
  name: 'select_dx',
  wgsl: backwardSource,
  buffers: { dy: 'read', dx: 'write' },
  uniforms: { n: 'u32', size: 'u32', index: 'u32' },
  longGrid: 'fold',
});
export const kernels = [forward, backward, ...eachKernels];

const dx = defineOp({
  name: 'select_dx',
  inputs: ['dy'],
  infer: (_, { shape }: Attrs & { readonly shape: Shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { dy }, output, attrs: { index } }) => {
    const n = sizeOf(output.shape);
    const uniforms = { n, size: sizeBetween(output.shape, 1), index };
    return [dispatch(backward, { buffers: { dy, dx: output }, uniforms, threads: [n] })];
  },
});

/** `x[n, index]` for x `[N, ...]`, giving `[N]`. */
export const op = defineOp({
  name: 'select',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, { index }: Attrs): Spec => {
    const size = sizeBetween(x.shape, 1);
    if (typeof index === 'number' && !(index >= 0 && index < size)) {
      throw new ShapeError('select', `index ${index} is outside ${formatShape(x.shape.slice(1))} (${size} elements)`);
    }
    return f32(x.shape[0]);
  },
  lower: ({ inputs: { x }, output: y, attrs: { index } }) => {
    const [N] = x.shape;
    const uniforms = { N, size: sizeBetween(x.shape, 1), index };
    return [dispatch(forward, { buffers: { x, y }, uniforms, threads: [N] })];
  },
  vjp: (tape, { inputs: { x }, cotangent: dy, attrs }) => ({ x: tape.apply(dx, { dy }, { ...attrs, shape: x.shape }) }),
});
