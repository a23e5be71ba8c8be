// Axes in another order.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op } from '../../graph/tape.js';
import source from './transpose.wgsl?raw';

export * from './import.js';

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
  workgroup: [64],
});
export const kernels = [forward];

/** x with its axes in the order given; up to six axes. */
export const op: Op<'x', Attrs> = defineOp({
  name: 'transpose',
  inputs: ['x'],
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
  lower: ({ inputs: { x }, output: y, attrs: { order } }) => {
    const n = sizeOf(x.shape);
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
