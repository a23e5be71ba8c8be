// Matrix products of two computed values, batches of them with broadcasting, and ONNX's Gemm made of them.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineMacro, defineOp, dispatch, type Op, type Tape, type Value } from '../../graph/tape.js';
import { binary, broadcastShape } from '../binary/index.js';
import { pointwise } from '../pointwise/index.js';
import { sumTo } from '../reduction/index.js';
import { resample } from '../resample/index.js';
import { tileTable } from '../resample/tables.js';
import { op as reshape } from '../reshape/index.js';
import { op as transpose } from '../transpose/index.js';
import source from './mat_mul.wgsl?raw';

export interface Attrs {
  /** Swaps the last two axes of a or b, as Gemm may request. */
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly factor?: number;
}

const forward = kernel({
  name: 'mat_mul',
  wgsl: source,
  buffers: { a: 'read', b: 'read', y: 'write' },
  uniforms: { n: 'u32', M: 'u32', N: 'u32', K: 'u32', strideA: 'u32', strideB: 'u32' },
  longGrid: 'fold',
});
export const kernels = [forward];

/** a `[G,M,K]` times b `[G,K,N]`; one of the two may have a batch of 1. */
const batched: Op<'a' | 'b', object> = defineOp({
  name: 'mat_mul',
  inputs: ['a', 'b'],
  // A product with weights makes its channels last.
  channelAxis: ({ inputs: { b }, output, isFixed }) => (isFixed(b) ? output.shape.length - 1 : undefined),
  infer: ({ a, b }: { a: Spec; b: Spec }, _: object): Spec => ({
    shape: [Math.max(a.shape[0], b.shape[0]), a.shape[1], b.shape[2]],
    dtype: 'f32',
  }),
  lower: ({ inputs: { a, b }, output: y }) => {
    const n = sizeOf(y.shape);
    const [, M, K] = a.shape;
    const [, , N] = b.shape;
    const uniforms = { n, M, N, K, strideA: a.shape[0] === 1 ? 0 : M * K, strideB: b.shape[0] === 1 ? 0 : K * N };
    return [dispatch(forward, { buffers: { a, b, y }, uniforms, threads: [n] })];
  },
  vjp: (tape, { inputs: { a, b }, cotangent: dy, needs }) => ({
    ...(needs.a && { a: sumTo(tape, tape.apply(batched, { a: dy, b: swapped(tape, b) }, {}), a.shape) }),
    ...(needs.b && { b: sumTo(tape, tape.apply(batched, { a: swapped(tape, a), b: dy }, {}), b.shape) }),
  }),
});

/** Swaps the last two axes. */
function swapped(tape: Tape, x: Value): Value {
  const order = x.shape.map((_, i) => i);
  const last = order.length - 1;
  [order[last], order[last - 1]] = [last - 1, last];
  return tape.apply(transpose, { x }, { order });
}

/** x as `[G, rows, columns]`. Its batch axes are repeated to `batch`, unless all of them are 1. */
function asBatch(tape: Tape, x: Value, batch: Shape): Value {
  const [rows, columns] = x.shape.slice(-2);
  const own = x.shape.slice(0, -2);
  const single = sizeOf(own) === 1;
  let y = tape.apply(reshape, { x }, { shape: [...batch.map((_, i) => own.at(i - batch.length) ?? 1), rows, columns] });
  if (!single) {
    batch.forEach((d, axis) => {
      if (y.shape[axis] !== d) y = resample(tape, y, tileTable(axis, 1, d));
    });
  }
  return tape.apply(reshape, { x: y }, { shape: [single ? 1 : sizeOf(batch), rows, columns] });
}

/** NumPy's matmul of `[..., M, K]` and `[..., K, N]`. A vector counts as a matrix with one row (a) or one column (b). */
export const op = defineMacro({
  name: 'matMul',
  inputs: ['a', 'b'],
  expand(tape, inputs, { transposeA = false, transposeB = false, factor = 1 }: Attrs): Value {
    const vectorA = inputs.a.shape.length === 1;
    const vectorB = inputs.b.shape.length === 1;
    const matrix = (x: Value, shape: Shape | undefined, turn: boolean): Value => {
      const m = shape ? tape.apply(reshape, { x }, { shape }) : x;
      return turn ? swapped(tape, m) : m;
    };
    const a = matrix(inputs.a, vectorA ? [1, inputs.a.shape[0]] : undefined, transposeA);
    const b = matrix(inputs.b, vectorB ? [inputs.b.shape[0], 1] : undefined, transposeB);
    const [M, K] = a.shape.slice(-2);
    const [depth, N] = b.shape.slice(-2);
    if (K !== depth) {
      throw new ShapeError(
        'matMul',
        `${formatShape(a.shape)} and ${formatShape(b.shape)} do not fit: ${K} is not ${depth}`,
      );
    }
    const batch = broadcastShape('matMul', a.shape.slice(0, -2), b.shape.slice(0, -2));
    const product = tape.apply(batched, { a: asBatch(tape, a, batch), b: asBatch(tape, b, batch) }, {});
    const shape = [...batch, ...(vectorA ? [] : [M]), ...(vectorB ? [] : [N])];
    const y = tape.apply(reshape, { x: product }, { shape });
    return factor === 1 ? y : pointwise(tape, y, 'power', { a: factor });
  },
});

/** `factor · a b + shiftFactor · c`. */
export const gemm = defineMacro({
  name: 'gemm',
  inputs: ['a', 'b', 'c'],
  expand(tape, { a, b, c }, { shiftFactor, ...attrs }: Attrs & { readonly shiftFactor: number }): Value {
    const shift = shiftFactor === 1 ? c : pointwise(tape, c, 'power', { a: shiftFactor });
    return binary(tape, 'add', tape.apply(op, { a, b }, attrs), shift);
  },
});
