// Permutes axes.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op } from '../../graph/tape.js';
import source from './transpose.wgsl?raw';
import planesSource from './transpose_planes.wgsl?raw';

export interface Attrs {
  /** Axis i of the result is axis `order[i]` of the input. */
  readonly order: readonly number[];
}

const RANK = 6;

const forward = kernel({
  name: 'transpose',
  wgsl: source,
  buffers: { x: 'read', y: 'write' },
  uniforms: {
    n: 'u32',
    d1: 'u32',
    d2: 'u32',
    d3: 'u32',
    d4: 'u32',
    d5: 'u32',
    s0: 'u32',
    s1: 'u32',
    s2: 'u32',
    s3: 'u32',
    s4: 'u32',
    s5: 'u32',
  },
  longGrid: 'fold',
});
const planes = kernel({
  name: 'transpose_planes',
  wgsl: planesSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: { A: 'u32', B: 'u32', inner: 'u32', run: 'u32' },
  workgroup: [64, 1, 1],
});
export const kernels = [forward, planes];

/** Minimum number of elements that one thread copies. */
const RUN = 8;
/** The part that stays together must be at least this long, otherwise threads of a workgroup would be idle. */
const LONG = 16;

/** Returns `[A, B, inner]` if the order only swaps A and B, each made of one or several adjacent axes. */
function asSwap(shape: Shape, order: readonly number[]): readonly [A: number, B: number, inner: number] | undefined {
  const kept = order.length - [...order].reverse().findIndex((axis, i) => axis !== order.length - 1 - i);
  const [first] = order;
  const isSwap = order.every((axis, i) => axis === (i >= kept ? i : i < kept - first ? first + i : i - (kept - first)));
  if (first === 0 || !isSwap) return undefined;
  return [sizeBetween(shape, 0, first), sizeBetween(shape, first, kept), sizeBetween(shape, kept)];
}

/** x with permuted axes; up to six axes. */
export const op: Op<'x', Attrs> = defineOp({
  name: 'transpose',
  inputs: ['x'],
  channelAxis: ({ inputs: { x }, attrs: { order }, axisOf }) => {
    const from = axisOf(x);
    const to = from === undefined ? -1 : order.indexOf(from);
    return to < 0 ? undefined : to;
  },
  passesZeros: true,
  infer: ({ x }: { x: Spec }, { order }: Attrs): Spec => {
    const rank = x.shape.length;
    if ([...order].sort((a, b) => a - b).join() !== x.shape.map((_, i) => i).join() || rank > RANK) {
      throw new ShapeError(
        'transpose',
        `order must name each axis of ${formatShape(x.shape)} once, up to ${RANK} of them, got ${order.join(',')}`,
      );
    }
    return { shape: order.map((i) => x.shape[i]), dtype: x.dtype };
  },
  lower: ({ inputs: { x }, output: y, attrs: { order }, device }) => {
    const n = sizeOf(x.shape);
    const [A, B, inner] = asSwap(x.shape, order) ?? [0, 0, 0];
    if (inner >= LONG && B <= device.maxWorkgroups && x.dtype === 'f32') {
      const run = Math.max(RUN, Math.ceil(A / device.maxWorkgroups));
      return [
        dispatch(planes, {
          buffers: { x, y },
          uniforms: { A, B, inner, run },
          threads: [inner, B, Math.ceil(A / run)],
        }),
      ];
    }
    const lead = RANK - order.length;
    const [, d1, d2, d3, d4, d5] = [...Array<number>(lead).fill(1), ...y.shape];
    const strides = order.map((i) => sizeOf(x.shape.slice(i + 1)));
    const [s0, s1, s2, s3, s4, s5] = [...Array<number>(lead).fill(0), ...strides];
    const uniforms = { n, d1, d2, d3, d4, d5, s0, s1, s2, s3, s4, s5 };
    return [dispatch(forward, { buffers: { x, y }, uniforms, threads: [n] })];
  },
  vjp: (tape, { cotangent, attrs: { order } }) => ({
    x: tape.apply(op, { x: cotangent }, { order: order.map((_, i) => order.indexOf(i)) }),
  }),
});
