// A range of one axis. Its gradient puts the range back among zeros.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { type Dispatch, defineOp, dispatch, eraseOp, type Op, type Producer, type Value } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import copySource from './copy_range.wgsl?raw';
import placeSource from './place_range.wgsl?raw';

export interface Attrs {
  readonly axis: number;
  /** The first index of the range, and the first one after it. */
  readonly start: number;
  readonly end: number;
}

const copy = kernel({
  name: 'copy_range',
  wgsl: copySource,
  buffers: { source: 'read', target_: 'write' },
  uniforms: {
    outer: 'u32',
    L: 'u32',
    inner: 'u32',
    fromLength: 'u32',
    fromStart: 'u32',
    toLength: 'u32',
    toStart: 'u32',
  },
  workgroup: [64, 1],
  longGrid: 'turns',
});
const place = kernel({
  name: 'place_range',
  wgsl: placeSource,
  buffers: { source: 'read', target_: 'write' },
  uniforms: { n: 'u32', L: 'u32', inner: 'u32', toLength: 'u32', start: 'u32' },
  longGrid: 'fold',
});
export const kernels = [copy, place];

/** Copies `L` indices of `axis` from one value into another. */
export function copyRange(
  source: Value,
  target: Value,
  { axis, L, fromStart, toStart }: { axis: number; L: number; fromStart: number; toStart: number },
): Dispatch {
  const inner = sizeBetween(source.shape, axis + 1);
  const outer = sizeBetween(source.shape, 0, axis);
  return dispatch(copy, {
    buffers: { source, target_: target },
    uniforms: { outer, L, inner, fromLength: source.shape[axis], fromStart, toLength: target.shape[axis], toStart },
    threads: [L * inner, outer],
  });
}

/**
 * The value that contains channels `[N, C, ...]`: the value that they were sliced from, with its first channel `from`; or x
 * itself.
 */
export function channelsOf(x: Value, producer: Producer): { readonly value: Value; readonly from: number } {
  const node = producer(x);
  if (node?.op !== eraseOp(op)) return { value: x, from: 0 };
  const { axis, start } = node.attrs as Attrs;
  return axis === 1 ? { value: node.inputs.x, from: start } : { value: x, from: 0 };
}

/** Attributes of a slice's gradient: those of the slice, and the shape to restore. */
export interface GradAttrs extends Attrs {
  readonly shape: Shape;
}

/** The gradient of a slice: `dy` in its range, zero elsewhere. */
export const dx: Op<'dy', GradAttrs> = defineOp({
  name: 'slice_dx',
  inputs: ['dy'],
  infer: (_, { shape }: GradAttrs): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { dy }, output, attrs: { axis, start } }) => {
    const n = sizeOf(output.shape);
    const at = normalizeAxis('slice', axis, output.shape.length);
    return [
      dispatch(place, {
        buffers: { source: dy, target_: output },
        uniforms: { n, L: dy.shape[at], inner: sizeBetween(dy.shape, at + 1), toLength: output.shape[at], start },
        threads: [n],
      }),
    ];
  },
});

/** `x[..., start:end, ...]` along `axis`. */
export const op: Op<'x', Attrs> = defineOp({
  name: 'slice',
  inputs: ['x'],
  passesZeros: true,
  infer: ({ x }: { x: Spec }, { axis, start, end }: Attrs): Spec => {
    const at = normalizeAxis('slice', axis, x.shape.length);
    if (!(start >= 0 && start < end && end <= x.shape[at])) {
      throw new ShapeError('slice', `range ${start}:${end} is outside axis ${at} of ${formatShape(x.shape)}`);
    }
    return { shape: x.shape.map((dim, i) => (i === at ? end - start : dim)), dtype: x.dtype };
  },
  lower: ({ inputs: { x }, output: y, attrs: { axis, start, end } }) => [
    copyRange(x, y, {
      axis: normalizeAxis('slice', axis, x.shape.length),
      L: end - start,
      fromStart: start,
      toStart: 0,
    }),
  ],
  vjp: (tape, { inputs: { x }, cotangent: dy, attrs }) => ({
    x: tape.apply(dx, { dy }, { ...attrs, shape: x.shape }),
  }),
});
