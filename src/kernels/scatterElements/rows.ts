// Writes rows of one value into rows of another: the kernels of ScatterElements, ScatterND and MaxUnpool.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineOp, dispatch, type Op, type Tape, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { where } from '../where/index.js';
import clearSource from './scatter_clear.wgsl?raw';
import updatesSource from './scatter_dupdates.wgsl?raw';
import markSource from './scatter_mark.wgsl?raw';
import pickSource from './scatter_pick.wgsl?raw';

const clear = kernel({
  name: 'scatter_clear',
  wgsl: clearSource,
  buffers: { won: 'write' },
  uniforms: { n: 'u32' },
  longGrid: 'fold',
});
const mark = kernel({
  name: 'scatter_mark',
  wgsl: markSource,
  buffers: { at: 'read', won: 'write' },
  uniforms: { n: 'u32', L: 'u32', inner: 'u32' },
  longGrid: 'fold',
});
const pick = kernel({
  name: 'scatter_pick',
  wgsl: pickSource,
  buffers: { data: 'read', updates: 'read', won: 'read', y: 'write' },
  uniforms: { n: 'u32', inner: 'u32' },
  constants: ['NONE'],
  longGrid: 'fold',
});
const ofUpdates = kernel({
  name: 'scatter_dupdates',
  wgsl: updatesSource,
  buffers: { at: 'read', won: 'read', dy: 'read', dupdates: 'write' },
  uniforms: { n: 'u32', L: 'u32', inner: 'u32' },
  longGrid: 'fold',
});
export const scatterKernels = [clear, mark, pick, ofUpdates];

/** The number of the update that each element of data `[L, inner]` takes, counted from 1; 0 for none. */
const winners = defineOp({
  name: 'scatter_winners',
  inputs: ['at'],
  infer: (_, { shape }: { readonly shape: Shape }): Spec => ({ shape, dtype: 'u32' }),
  lower: ({ inputs: { at }, output: won }) => {
    const [L, inner] = won.shape;
    const [n, marks] = [L * inner, sizeOf(at.shape) * inner];
    return [
      dispatch(clear, { buffers: { won }, uniforms: { n }, threads: [n] }),
      dispatch(mark, { buffers: { at, won }, uniforms: { n: marks, L, inner }, threads: [marks] }),
    ];
  },
});

const dData = defineOp({
  name: 'scatter_ddata',
  inputs: ['won', 'dy'],
  infer: ({ dy }: { won: Spec; dy: Spec }, _: object) => dy,
  lower: ({ inputs: { won, dy }, output: y }) => {
    const n = sizeOf(y.shape);
    const buffers = { data: dy, updates: dy, won, y };
    return [dispatch(pick, { buffers, uniforms: { n, inner: 1 }, constants: { NONE: 1 }, threads: [n] })];
  },
});

const dUpdates = defineOp({
  name: 'scatter_dupdates',
  inputs: ['at', 'won', 'dy'],
  infer: (_, { shape }: { readonly shape: Shape }): Spec => ({ shape, dtype: 'f32' }),
  lower: ({ inputs: { at, won, dy }, output: dupdates }) => {
    const n = sizeOf(dupdates.shape);
    const [L, inner] = dy.shape;
    return [dispatch(ofUpdates, { buffers: { at, won, dy, dupdates }, uniforms: { n, L, inner }, threads: [n] })];
  },
});

const picked: Op<'data' | 'updates' | 'at' | 'won', object> = defineOp({
  name: 'scatter',
  inputs: ['data', 'updates', 'at', 'won'],
  infer: ({ data }: { data: Spec; updates: Spec; at: Spec; won: Spec }, _: object) => data,
  lower: ({ inputs: { data, updates, won }, output: y }) => {
    const n = sizeOf(y.shape);
    const uniforms = { n, inner: sizeBetween(y.shape, 1) };
    return [dispatch(pick, { buffers: { data, updates, won, y }, uniforms, constants: { NONE: 0 }, threads: [n] })];
  },
  vjp: (tape, { inputs: { updates, at, won }, cotangent: dy, needs }) => ({
    ...(needs.data && { data: tape.apply(dData, { won, dy }, {}) }),
    ...(needs.updates && { updates: tape.apply(dUpdates, { at, won, dy }, { shape: updates.shape }) }),
  }),
});

/**
 * data `[L, inner]` with row `at[j]` replaced by row j of updates `[J, inner]`. If several updates have the same row, the last
 * one wins. Rows outside are ignored.
 */
export function scatterRows(tape: Tape, data: Value, at: Value, updates: Value): Value {
  const won = tape.apply(winners, { at }, { shape: data.shape });
  return tape.apply(picked, { data, updates, at, won }, {});
}

/** Indices are f32, in which integers up to this one are exact. */
const MAX_INDEX = 2 ** 24;

/** @throws ShapeError if there are more positions than a float can count */
export function countable(op: string, shape: Shape): void {
  if (sizeOf(shape) <= MAX_INDEX) return;
  throw new ShapeError(
    op,
    `indices into ${formatShape(shape)} would not be exact; at most ${MAX_INDEX} elements are supported`,
  );
}

/** Indices along an axis of `size`. Negative ones count from its end. */
export function fromFront(tape: Tape, at: Value, sizes: Value): Value {
  const none = tape.constant('zero', [], () => new Float32Array(1));
  return where(tape, binary(tape, 'less', at, none), binary(tape, 'add', at, sizes), at);
}
