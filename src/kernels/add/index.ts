// Elementwise sum of two values of one shape: residual connections, and cotangents of a value used twice.
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch } from '../../graph/tape.js';
import { expectShape } from '../dims.js';
import wgsl from './add.wgsl?raw';
import { joinedRanges } from './ranges.js';

const forward = kernel({
  name: 'add',
  wgsl,
  buffers: { a: 'read', b: 'read', y: 'write' },
  uniforms: { n: 'u32' },
  longGrid: 'fold',
});
export const kernels = [forward];

/** `a + b`. */
export const op = defineOp({
  name: 'add',
  inputs: ['a', 'b'],
  passesZeros: true,
  infer: ({ a, b }: { a: Spec; b: Spec }, _: object) => {
    expectShape('add', 'b', b.shape, a.shape, "a's shape");
    return a;
  },
  lower: ({ inputs: { a, b }, output: y }) => {
    const n = sizeOf(y.shape);
    return [dispatch(forward, { buffers: { a, b, y }, uniforms: { n }, threads: [n] })];
  },
  specialize: (tape, { inputs: { a, b }, producer }) => joinedRanges(tape, a, b, producer),
  asEpilogue: (_, through) => ({ kind: 'add', with: through === 'a' ? 'b' : 'a' }),
  window: { of: ['a', 'b'] },
  vjp: (_, { cotangent }) => ({ a: cotangent, b: cotangent }),
});
