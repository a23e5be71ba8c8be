// Functions of two values with NumPy's broadcasting: arithmetic, comparisons, logic. What is true is 1, what is false 0.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import {
  type Dispatch,
  defineOp,
  dispatch,
  eraseOp,
  type Op,
  type SpecializeArgs,
  type Tape,
  type Value,
} from '../../graph/tape.js';
import { op as conv2d } from '../conv2d/index.js';
import { op as fc } from '../fc/index.js';
import { sumTo } from '../reduction/index.js';
import { op as reshape } from '../reshape/index.js';
import source from './binary.wgsl?raw';

/**
 * In the order of the shader's FUNCTION. `mod` has the sign of the divisor, `fmod` that of the dividend. `intDiv` is an integer
 * quotient, truncated towards 0, and `intPow` a power truncated the same way.
 */
const FUNCTIONS = [
  'add',
  'sub',
  'mul',
  'div',
  'max',
  'min',
  'pow',
  'prelu',
  'greater',
  'greaterEqual',
  'less',
  'lessEqual',
  'equal',
  'and',
  'or',
  'xor',
  'mod',
  'fmod',
  'intDiv',
  'intPow',
] as const;
export type FunctionName = (typeof FUNCTIONS)[number];

export interface Attrs {
  readonly f: FunctionName;
}

/** Maximum number of axes for broadcasting. */
export const RANK = 6;

const forward = kernel({
  name: 'binary',
  wgsl: source,
  buffers: { a: 'read', b: 'read', dy: 'read', y: 'write' },
  uniforms: {
    n: 'u32',
    d1: 'u32',
    d2: 'u32',
    d3: 'u32',
    d4: 'u32',
    d5: 'u32',
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
  constants: ['FUNCTION', 'PARTIAL'],
  longGrid: 'fold',
});
export const kernels = [forward];

const padded = (shape: Shape): number[] => [...Array<number>(RANK - shape.length).fill(1), ...shape];

/** The stride of each of six axes; 0 for an axis that is repeated. */
export function broadcastStrides(shape: Shape): number[] {
  const dims = padded(shape);
  return dims.map((dim, i) => (dim === 1 ? 0 : sizeOf(dims.slice(i + 1))));
}

/** The shape that both broadcast to. @throws ShapeError */
export function broadcastShape(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  const at = (shape: Shape, i: number) => shape[i - rank + shape.length] ?? 1;
  const shape = Array.from({ length: rank }, (_, i) => Math.max(at(a, i), at(b, i)));
  const fits = (s: Shape) => shape.every((d, i) => at(s, i) === d || at(s, i) === 1);
  if (rank > RANK || !fits(a) || !fits(b)) {
    throw new ShapeError(
      op,
      `${formatShape(a)} and ${formatShape(b)} do not broadcast to one shape of up to ${RANK} axes`,
    );
  }
  return shape;
}

function launch(a: Value, b: Value, dy: Value, y: Value, f: FunctionName, partial: 0 | 1 | 2): Dispatch {
  const d = padded(y.shape);
  const [a0, a1, a2, a3, a4, a5] = broadcastStrides(a.shape);
  const [b0, b1, b2, b3, b4, b5] = broadcastStrides(b.shape);
  const n = sizeOf(y.shape);
  return dispatch(forward, {
    buffers: { a, b, dy, y },
    uniforms: { n, d1: d[1], d2: d[2], d3: d[3], d4: d[4], d5: d[5], a0, a1, a2, a3, a4, a5, b0, b1, b2, b3, b4, b5 },
    constants: { FUNCTION: FUNCTIONS.indexOf(f), PARTIAL: partial },
    threads: [n],
  });
}

/** `dy · ∂y/∂a` or `dy · ∂y/∂b`, of y's shape. */
const partial = defineOp({
  name: 'binary_partial',
  inputs: ['a', 'b', 'dy'],
  infer: ({ dy }: { a: Spec; b: Spec; dy: Spec }, _: Attrs & { readonly of: 1 | 2 }) => dy,
  lower: ({ inputs: { a, b, dy }, output, attrs: { f, of } }) => [launch(a, b, dy, output, f, of)],
});

/** `a ∘ b`, with NumPy's broadcasting: each is repeated along axes of length 1 and along missing leading axes. */
export const op: Op<'a' | 'b', Attrs> = defineOp({
  name: 'binary',
  inputs: ['a', 'b'],
  infer: ({ a, b }: { a: Spec; b: Spec }, { f }: Attrs): Spec => ({
    shape: broadcastShape(f, a.shape, b.shape),
    dtype: 'f32',
  }),
  lower: ({ inputs: { a, b }, output: y, attrs: { f } }) => [launch(a, b, a, y, f, 0)],
  window: {
    of: ['a', 'b'],
    // A window would have to distinguish values that are repeated from values that are not.
    possible: () => false,
    needs: (_, region) => region,
  },
  specialize: intoBias,
  vjp: (tape, { inputs: { a, b }, cotangent: dy, attrs, needs }) => ({
    ...(needs.a && { a: sumTo(tape, tape.apply(partial, { a, b, dy }, { ...attrs, of: 1 }), a.shape) }),
    ...(needs.b && { b: sumTo(tape, tape.apply(partial, { a, b, dy }, { ...attrs, of: 2 }), b.shape) }),
  }),
});

/** `a ∘ b`, for macros. */
export const binary = (tape: Tape, f: FunctionName, a: Value, b: Value): Value => tape.apply(op, { a, b }, { f });

/**
 * Exporters write the bias of a convolution or a fully connected layer as a separate Add of a constant with one number per
 * output. This merges it into the layer, unless the layer's own output is needed too.
 */
function intoBias(
  tape: Tape,
  { inputs: { a, b }, attrs: { f }, isConstant, origin }: SpecializeArgs<'a' | 'b', Attrs>,
): Value | undefined {
  if (f !== 'add' || isConstant(a) === isConstant(b)) return undefined;
  const [x, shift] = isConstant(b) ? [a, b] : [b, a];
  const layer = origin(x);
  const convolves = layer?.op === eraseOp(conv2d);
  if (!layer || layer.uses > 1 || !(convolves || layer.op === eraseOp(fc)) || !isConstant(layer.inputs.b)) {
    return undefined;
  }
  const outputs = convolves ? 1 : x.shape.length - 1;
  const lead = x.shape.length - shift.shape.length;
  if (lead < 0 || shift.shape.some((d, i) => d !== 1 && i + lead !== outputs)) return undefined;
  const flat = tape.apply(reshape, { x: shift }, { shape: [sizeOf(shift.shape)] });
  return tape.apply(layer.op, { ...layer.inputs, b: binary(tape, 'add', layer.inputs.b, flat) }, layer.attrs);
}
