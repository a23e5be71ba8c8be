// Adds normal and uniform noise.
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Scalar } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import wgsl from './noise.wgsl?raw';

export interface Attrs {
  /** Standard deviation of the normal part. */
  readonly deviation: Scalar;
  /** Half the range of the uniform part. */
  readonly reach: Scalar;
}

const add = kernel({
  name: 'noise',
  wgsl,
  buffers: { x: 'read', normal: 'read', uniform_: 'read', y: 'write' },
  uniforms: { n: 'u32', a: 'f32', b: 'f32' },
  longGrid: 'fold',
});
export const kernels = [add];

/** `x + deviation·normal + reach·(2·uniform − 1)`, of random numbers of x's shape. Only x has a gradient. */
export const op = defineOp({
  name: 'noise',
  inputs: ['x', 'normal', 'uniform'],
  infer: ({ x, normal, uniform }: { x: Spec; normal: Spec; uniform: Spec }, _: Attrs) => {
    expectShape('noise', 'normal', normal.shape, x.shape, "x's shape");
    expectShape('noise', 'uniform', uniform.shape, x.shape, "x's shape");
    return x;
  },
  lower: ({ inputs: { x, normal, uniform }, output: y, attrs: { deviation, reach } }) => {
    const n = sizeOf(x.shape);
    const buffers = { x, normal, uniform_: uniform, y };
    return [dispatch(add, { buffers, uniforms: { n, a: deviation, b: reach }, threads: [n] })];
  },
  vjp: (_, { cotangent }) => ({ x: cotangent }),
});
