// Elements of one value or another, as a third says, with NumPy's broadcasting.
import { type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op, type Tape, type Value } from '../../graph/tape.js';
import { broadcastShape, broadcastStrides, RANK } from '../binary/index.js';
import { sumTo } from '../reduction/index.js';
import source from './where.wgsl?raw';

const forward = kernel({
  name: 'where',
  wgsl: source,
  buffers: { c: 'read', a: 'read', b: 'read', y: 'write' },
  uniforms: {
    n: 'u32',
    d1: 'u32',
    d2: 'u32',
    d3: 'u32',
    d4: 'u32',
    d5: 'u32',
    c0: 'u32',
    c1: 'u32',
    c2: 'u32',
    c3: 'u32',
    c4: 'u32',
    c5: 'u32',
    a0: 'u32',
    a1: 'u32',
    a2: 'u32',
    a3: 'u32',
    a4: 'u32',
    a5: 'u32',
    b0: 'u32',
    b1: 'u32',
    b2: 'u32',
    b3: 'u32',
    b4: 'u32',
    b5: 'u32',
  },
  longGrid: 'fold',
});
export const kernels = [forward];

/** `c ≠ 0 ? a : b`, each repeated along axes in which it has 1 or which it lacks in front. c has no gradient. */
export const op: Op<'c' | 'a' | 'b', object> = defineOp({
  name: 'where',
  inputs: ['c', 'a', 'b'],
  infer: ({ c, a, b }: { c: Spec; a: Spec; b: Spec }, _: object): Spec => ({
    shape: broadcastShape('where', broadcastShape('where', c.shape, a.shape), b.shape),
    dtype: 'f32',
  }),
  lower: ({ inputs: { c, a, b }, output: y }) => {
    const [, d1, d2, d3, d4, d5] = [...Array<number>(RANK - y.shape.length).fill(1), ...y.shape];
    const n = sizeOf(y.shape);
    const [c0, c1, c2, c3, c4, c5] = broadcastStrides(c.shape);
    const [a0, a1, a2, a3, a4, a5] = broadcastStrides(a.shape);
    const [b0, b1, b2, b3, b4, b5] = broadcastStrides(b.shape);
    const strides = { c0, c1, c2, c3, c4, c5, a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5 };
    return [
      dispatch(forward, { buffers: { c, a, b, y }, uniforms: { n, d1, d2, d3, d4, d5, ...strides }, threads: [n] }),
    ];
  },
  window: {
    of: ['c', 'a', 'b'],
    // A part of a value that is repeated would have to be told from a part of one that is not.
    possible: () => false,
    needs: (_, region) => region,
  },
  vjp: (tape, { inputs: { c, a, b }, cotangent: dy, needs }) => {
    const none = zero(tape);
    return {
      ...(needs.a && { a: sumTo(tape, where(tape, c, dy, none), a.shape) }),
      ...(needs.b && { b: sumTo(tape, where(tape, c, none, dy), b.shape) }),
    };
  },
});

const zero = (tape: Tape): Value => tape.constant('zero', [], () => new Float32Array(1));

/** `c ≠ 0 ? a : b`, for layers that are made of others. */
export const where = (tape: Tape, c: Value, a: Value, b: Value): Value => tape.apply(op, { c, a, b }, {});
