// Reductions over axes: sum, mean, maximum, minimum, product, norms. Made of kernels that sum, maximize or multiply along
// adjacent axes.
import { type Shape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { rowKernel, rowWays } from '../../gpu/rows.js';
import { defineMacro, defineOp, dispatch, type Op, type Tape, type Value } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import { pointwise } from '../pointwise/index.js';
import { op as reshape } from '../reshape/index.js';
import { dispatchRows, rowsAlong } from '../rows.js';
import { product, productKernels } from './product.js';
import forwardSource from './reduction.wgsl?raw';
import backwardSource from './reduction_dx.wgsl?raw';
import { sumKernel } from './rows.js';

export type Kind = 'sum' | 'mean' | 'max' | 'min' | 'prod' | 'l1' | 'l2' | 'sumSquare' | 'logSum' | 'logSumExp';

export interface Attrs {
  readonly kind: Kind;
  /** Axes to reduce; negative ones count from the end. Empty: all. */
  readonly axes: readonly number[];
  /** Keeps reduced axes with length 1. */
  readonly keep: boolean;
  /** A factor for the result. 1 unless Caffe's file says otherwise. */
  readonly factor?: number;
}

const GROUP = 64;
const forward = rowKernel({
  name: 'reduction',
  wgsl: forwardSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: { outer: 'u32', L: 'u32', inner: 'u32' },
  constants: ['MAX'],
});
const backward = kernel({
  name: 'reduction_dx',
  wgsl: backwardSource,
  buffers: { x: 'read', y: 'read', dy: 'read', dx: 'write' },
  uniforms: { n: 'u32', L: 'u32', inner: 'u32' },
  constants: ['MAX'],
  workgroup: [GROUP],
  longGrid: 'fold',
});
export const kernels = [forward, backward, ...productKernels, sumKernel];

/** The axes from `from` to `to` (excluded), which become one axis of length 1. */
export interface RangeAttrs {
  readonly from: number;
  readonly to: number;
  readonly max: boolean;
}

const withOne = (shape: Shape, { from, to }: RangeAttrs): Shape => shape.map((d, i) => (i >= from && i < to ? 1 : d));

const rangeDx = defineOp({
  name: 'reduction_range_dx',
  inputs: ['x', 'y', 'dy'],
  infer: ({ x }: { x: Spec; y: Spec; dy: Spec }, _: RangeAttrs) => x,
  lower: ({ inputs: { x, y, dy }, output, attrs: { from, to, max } }) => {
    const n = sizeOf(x.shape);
    const uniforms = { n, L: sizeBetween(x.shape, from, to), inner: sizeBetween(x.shape, to) };
    return [
      dispatch(backward, {
        buffers: { x, y, dy, dx: output },
        uniforms,
        constants: { MAX: max ? 1 : 0 },
        threads: [n],
      }),
    ];
  },
});

/** Sum or maximum along adjacent axes of x. If several elements are the maximum, each gets the whole gradient. */
export const range: Op<'x', RangeAttrs> = defineOp({
  name: 'reduction_range',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, attrs: RangeAttrs): Spec => ({ shape: withOne(x.shape, attrs), dtype: 'f32' }),
  variants: ({ inputs: { x }, attrs, device }) => rowWays(rowsAlong(x.shape, attrs.from, attrs.to), device),
  lower: ({ inputs: { x }, output: y, attrs, device, variant }) => {
    const rows = rowsAlong(x.shape, attrs.from, attrs.to);
    const constants = { MAX: attrs.max ? 1 : 0 };
    return [dispatchRows(forward, rows, variant, device, { buffers: { x, y }, uniforms: rows, constants })];
  },
  vjp: (tape, { inputs: { x }, output: y, cotangent: dy, attrs }) => ({ x: tape.apply(rangeDx, { x, y, dy }, attrs) }),
});

/** The kind of reduction. */
type Join = 'sum' | 'max' | 'product';

/** Reduces `axes` of x (sorted, counted from the front) to length 1, adjacent ones together. */
function alongAxes(tape: Tape, x: Value, axes: readonly number[], join: Join): Value {
  let y = x;
  for (let i = 0; i < axes.length; ) {
    let end = i + 1;
    while (end < axes.length && axes[end] === axes[end - 1] + 1) end++;
    const part = { from: axes[i], to: axes[end - 1] + 1 };
    y =
      join === 'product'
        ? tape.apply(product, { x: y }, part)
        : tape.apply(range, { x: y }, { ...part, max: join === 'max' });
    i = end;
  }
  return y;
}

/** Sums x over the axes in which `shape`, aligned at the last axis, has length 1. This is the gradient of a broadcast. */
export function sumTo(tape: Tape, x: Value, shape: Shape): Value {
  const lead = x.shape.length - shape.length;
  const axes = x.shape.flatMap((d, i) => (i < lead || (shape[i - lead] === 1 && d !== 1) ? [i] : []));
  const summed = alongAxes(tape, x, axes, 'sum');
  return summed.shape.join() === shape.join() ? summed : tape.apply(reshape, { x: summed }, { shape });
}

const KINDS: Readonly<Record<Kind, (tape: Tape, x: Value, along: (v: Value, join?: Join) => Value) => Value>> = {
  sum: (_, x, along) => along(x),
  mean: (tape, x, along) => {
    const sum = along(x);
    return pointwise(tape, sum, 'power', { a: sizeOf(sum.shape) / sizeOf(x.shape) });
  },
  max: (_, x, along) => along(x, 'max'),
  prod: (_, x, along) => along(x, 'product'),
  min: (tape, x, along) => pointwise(tape, along(pointwise(tape, x, 'neg'), 'max'), 'neg'),
  l1: (tape, x, along) => along(pointwise(tape, x, 'abs')),
  l2: (tape, x, along) => pointwise(tape, along(pointwise(tape, x, 'power', { c: 2 })), 'sqrt'),
  sumSquare: (tape, x, along) => along(pointwise(tape, x, 'power', { c: 2 })),
  logSum: (tape, x, along) => pointwise(tape, along(x), 'log'),
  logSumExp: (tape, x, along) => pointwise(tape, along(pointwise(tape, x, 'exp')), 'log'),
};

/** Reduces axes of x. */
export const op = defineMacro({
  name: 'reduction',
  inputs: ['x'],
  expand(tape, { x }, { kind, axes, keep, factor = 1 }: Attrs): Value {
    const rank = x.shape.length;
    const all = axes.length === 0 ? x.shape.map((_, i) => i) : axes.map((a) => normalizeAxis('reduction', a, rank));
    const sorted = [...new Set(all)].sort((a, b) => a - b);
    let y = KINDS[kind](tape, x, (v, join = 'sum') => alongAxes(tape, v, sorted, join));
    if (factor !== 1) y = pointwise(tape, y, 'power', { a: factor });
    return keep ? y : tape.apply(reshape, { x: y }, { shape: x.shape.filter((_, i) => !sorted.includes(i)) });
  },
});
