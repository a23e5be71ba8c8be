// Shifts each image by a random number of pixels with wrap-around: the jitter of DeepDream and of feature visualization.
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op, type Scalar } from '../../graph/tape.js';
import { dims4, expectShape } from '../dims.js';
import source from './roll.wgsl?raw';

const roll = kernel({
  name: 'roll',
  wgsl: source,
  buffers: { x: 'read', draws: 'read', y: 'write' },
  uniforms: { n: 'u32', C: 'u32', H: 'u32', W: 'u32', reach: 'u32' },
  constants: ['BACK'],
  longGrid: 'fold',
});
export const kernels = [roll];

export interface Attrs {
  /** Maximum shift in pixels, in each direction. */
  readonly reach: Scalar;
  /** Shifts back: the gradient. */
  readonly back?: boolean;
}

/** Shifts x `[N, C, H, W]` by whole pixels, a random number for each image from `draws` `[N, 2]` in [0, 1). */
export const op: Op<'x' | 'draws', Attrs> = defineOp({
  name: 'roll',
  inputs: ['x', 'draws'],
  infer: ({ x, draws }: { x: Spec; draws: Spec }, _: Attrs) => {
    const [N] = dims4('roll', 'x', x);
    expectShape('roll', 'draws', draws.shape, [N, 2], 'two for each image');
    return x;
  },
  lower: ({ inputs: { x, draws }, output: y, attrs: { reach, back = false } }) => {
    const [, C, H, W] = x.shape;
    const n = sizeOf(x.shape);
    const uniforms = { n, C, H, W, reach };
    return [dispatch(roll, { buffers: { x, draws, y }, uniforms, constants: { BACK: back ? 1 : 0 }, threads: [n] })];
  },
  vjp: (tape, { inputs: { draws }, cotangent, attrs }) => ({
    x: tape.apply(op, { x: cotangent, draws }, { ...attrs, back: !attrs.back }),
  }),
});
