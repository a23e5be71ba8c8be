// A factor and a shift for every element: input scaling, optimizer steps.
import { type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op, type Scalar, type Tape, type Value } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import { op as reshape } from '../reshape/index.js';
import wgsl from './scale.wgsl?raw';
import channelsSource from './scale_channels.wgsl?raw';

export interface Attrs {
  readonly factor: Scalar;
  readonly shift: Scalar;
}

const forward = kernel({
  name: 'scale',
  wgsl,
  buffers: { x: 'read', y: 'write' },
  uniforms: { n: 'u32', factor: 'f32', shift: 'f32' },
  longGrid: 'fold',
});
const perChannel = kernel({
  name: 'scale_channels',
  wgsl: channelsSource,
  buffers: { x: 'read', factor: 'read', y: 'write' },
  uniforms: { N: 'u32', C: 'u32', inner: 'u32' },
  workgroup: [64, 1, 1],
  longGrid: 'turns',
});
export const kernels = [forward, perChannel];

/** `x · factor + shift`. */
export const op: Op<'x', Attrs> = defineOp({
  name: 'scale',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, _: Attrs) => x,
  lower: ({ inputs: { x }, output: y, attrs: { factor, shift } }) => {
    const n = sizeOf(x.shape);
    return [dispatch(forward, { buffers: { x, y }, uniforms: { n, factor, shift }, threads: [n] })];
  },
  vjp: (tape, { cotangent, attrs: { factor } }) => ({ x: tape.apply(op, { x: cotangent }, { factor, shift: 0 }) }),
});

/** `x[n,c,...] · factor[c]` for x `[N, C, ...]` and a constant factor `[C]`. */
export const scaleChannels: Op<'x' | 'factor', object> = defineOp({
  name: 'scale_channels',
  inputs: ['x', 'factor'],
  infer: ({ x, factor }: { x: Spec; factor: Spec }, _: object) => {
    expectShape('scale_channels', 'factor', factor.shape, [x.shape[1]], 'one factor per channel');
    return x;
  },
  lower: ({ inputs: { x, factor }, output: y }) => {
    const [N, C] = x.shape;
    const inner = sizeBetween(x.shape, 2);
    return [dispatch(perChannel, { buffers: { x, factor, y }, uniforms: { N, C, inner }, threads: [inner, C, N] })];
  },
  window: { of: ['x'] },
  vjp: (tape, { inputs: { factor }, cotangent, needs }) =>
    needs.x ? { x: tape.apply(scaleChannels, { x: cotangent, factor }, {}) } : {},
});

/** w `[K, ...]` with each row multiplied by its factor `[K]`. */
export const scaledRows = (tape: Tape, w: Value, factor: Value): Value => {
  const asChannels = tape.apply(reshape, { x: w }, { shape: [1, w.shape[0], -1] });
  return tape.apply(reshape, { x: tape.apply(scaleChannels, { x: asChannels, factor }, {}) }, { shape: w.shape });
};
