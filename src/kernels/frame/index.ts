// Zeroes a frame around each image.
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op, type Scalar } from '../../graph/tape.js';
import { dims4 } from '../dims.js';
import wgsl from './frame.wgsl?raw';

export interface Attrs {
  /** Width of the frame in pixels. */
  readonly margin: Scalar;
}

const zero = kernel({
  name: 'frame',
  wgsl,
  buffers: { x: 'read', y: 'write' },
  uniforms: { n: 'u32', H: 'u32', W: 'u32', margin: 'u32' },
  longGrid: 'fold',
});
export const kernels = [zero];

/** x `[N, C, H, W]`, with zeros in the outermost `margin` rows and columns. */
export const op: Op<'x', Attrs> = defineOp({
  name: 'frame',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: Attrs) => {
    dims4('frame', 'x', x);
    return x;
  },
  lower: ({ inputs: { x }, output: y, attrs: { margin } }) => {
    const [, , H, W] = x.shape;
    const n = sizeOf(x.shape);
    return [dispatch(zero, { buffers: { x, y }, uniforms: { n, H, W, margin }, threads: [n] })];
  },
  vjp: (tape, { cotangent, attrs }) => ({ x: tape.apply(op, { x: cotangent }, attrs) }),
});
