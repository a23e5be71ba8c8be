// Products along adjacent axes. No Caffe model needs them, so they are separate from the sums and maxima in index.ts.
import { type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op } from '../../graph/tape.js';
import forwardSource from './prod_axis.wgsl?raw';
import backwardSource from './prod_axis_dx.wgsl?raw';

/** The axes from `from` to `to` (excluded). */
interface Range {
  readonly from: number;
  readonly to: number;
}

const forward = kernel({
  name: 'prod_axis',
  wgsl: forwardSource,
  buffers: { x: 'read', y: 'write' },
  uniforms: { rows: 'u32', L: 'u32', inner: 'u32' },
  longGrid: 'fold',
});
const backward = kernel({
  name: 'prod_axis_dx',
  wgsl: backwardSource,
  buffers: { x: 'read', dy: 'read', dx: 'write' },
  uniforms: { n: 'u32', L: 'u32', inner: 'u32' },
  longGrid: 'fold',
});
export const productKernels = [forward, backward];

const dx = defineOp({
  name: 'prod_range_dx',
  inputs: ['x', 'dy'],
  infer: ({ x }: { x: Spec; dy: Spec }, _: Range) => x,
  lower: ({ inputs: { x, dy }, output, attrs: { from, to } }) => {
    const n = sizeOf(x.shape);
    const uniforms = { n, L: sizeBetween(x.shape, from, to), inner: sizeBetween(x.shape, to) };
    return [dispatch(backward, { buffers: { x, dy, dx: output }, uniforms, threads: [n] })];
  },
});

/** The product of x along adjacent axes, which become length 1. */
export const product: Op<'x', Range> = defineOp({
  name: 'prod_range',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, { from, to }: Range): Spec => ({
    shape: x.shape.map((d, i) => (i >= from && i < to ? 1 : d)),
    dtype: 'f32',
  }),
  lower: ({ inputs: { x }, output: y, attrs: { from, to } }) => {
    const rows = sizeOf(y.shape);
    const uniforms = { rows, L: sizeBetween(x.shape, from, to), inner: sizeBetween(x.shape, to) };
    return [dispatch(forward, { buffers: { x, y }, uniforms, threads: [rows] })];
  },
  vjp: (tape, { inputs: { x }, cotangent: dy, attrs }) => ({ x: tape.apply(dx, { x, dy }, attrs) }),
});
