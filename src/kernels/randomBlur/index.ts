// A Gaussian blur of each image by a random width, with a gradient: scipy.ndimage.gaussian_filter, mode 'reflect', truncate 4.
import { type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op, type Scalar } from '../../graph/tape.js';
import { dims4, expectShape } from '../dims.js';
import { reflect } from '../libraries.js';
import wgsl from './random_blur.wgsl?raw';

export interface Attrs {
  /** Least and greatest standard deviation, in pixels. Below 1/8 nothing changes. */
  readonly low: Scalar;
  readonly high: Scalar;
}

const pass = kernel({
  name: 'random_blur',
  wgsl,
  uses: [reflect],
  buffers: { x: 'read', draws: 'read', y: 'write' },
  uniforms: { n: 'u32', size: 'u32', H: 'i32', W: 'i32', low: 'f32', high: 'f32' },
  constants: ['VERTICAL'],
  longGrid: 'fold',
});
export const kernels = [pass];

/** Blurs each image of x `[N, C, H, W]` with a standard deviation from low to high, by its own of draws `[N]` in [0, 1). */
export const op: Op<'x' | 'draws', Attrs> = defineOp({
  name: 'random_blur',
  inputs: ['x', 'draws'],
  infer: ({ x, draws }: { x: Spec; draws: Spec }, _: Attrs) => {
    const [N] = dims4('random_blur', 'x', x);
    expectShape('random_blur', 'draws', draws.shape, [N], 'one for each image');
    return x;
  },
  lower: ({ inputs: { x, draws }, output: y, attrs, scratch }) => {
    const [, , H, W] = x.shape;
    const n = sizeOf(x.shape);
    const half = scratch(x);
    const uniforms = { n, size: sizeBetween(x.shape, 1), H, W, ...attrs };
    return [
      dispatch(pass, { buffers: { x, draws, y: half }, uniforms, constants: { VERTICAL: 1 }, threads: [n] }),
      dispatch(pass, { buffers: { x: half, draws, y }, uniforms, constants: { VERTICAL: 0 }, threads: [n] }),
    ];
  },
  vjp: (tape, { inputs: { draws }, cotangent, attrs }) => ({ x: tape.apply(op, { x: cotangent, draws }, attrs) }),
});
