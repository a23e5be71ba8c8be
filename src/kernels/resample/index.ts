// Re-indexes one axis: the kernel of slices with steps, gathering by known indices, padding, cropping, tiling and resizing.
// Every new element is a weighted sum of old ones. The gradient uses the transposed table.
import { ShapeError } from '../../core/errors.js';
import { type Shape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineMacro, defineOp, dispatch, type Op, type Tape, type Value } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import { op as reshape } from '../reshape/index.js';
import source from './resample.wgsl?raw';
import type { Table } from './tables.js';

/** Tables that are applied one after another. */
export interface Attrs {
  readonly tables: readonly Table[];
  /** A different shape for the result, for a gather whose indices have another rank. */
  readonly shape?: Shape;
}

const forward = kernel({
  name: 'resample',
  wgsl: source,
  buffers: { x: 'read', at: 'read', weight: 'read', y: 'write' },
  uniforms: { n: 'u32', L: 'u32', J: 'u32', inner: 'u32', taps: 'u32', fill: 'f32' },
  longGrid: 'fold',
});
export const kernels = [forward];

/** Resamples one axis of x by the table in `at` and `weight` `[J, taps]`. `attrs` has the same numbers, for the gradient. */
export const alongAxis: Op<'x' | 'at' | 'weight', Table> = defineOp({
  name: 'resample',
  inputs: ['x', 'at', 'weight'],
  infer: ({ x, at }: { x: Spec; at: Spec; weight: Spec }, { axis }: Table): Spec => ({
    shape: x.shape.map((d, i) => (i === axis ? at.shape[0] : d)),
    dtype: 'f32',
  }),
  lower: ({ inputs: { x, at, weight }, output: y, attrs: { axis, taps, fill } }) => {
    const n = sizeOf(y.shape);
    const inner = sizeBetween(x.shape, axis + 1);
    const uniforms = { n, L: x.shape[axis], J: y.shape[axis], inner, taps, fill };
    return [dispatch(forward, { buffers: { x, at, weight, y }, uniforms, threads: [n] })];
  },
  vjp: (tape, { inputs: { x }, cotangent, attrs }) => ({
    x: resample(tape, cotangent, turned(attrs, x.shape[attrs.axis])),
  }),
});

/** The table of the gradient: old and new indices swapped. */
function turned({ axis, at, weight, taps }: Table, L: number): Table {
  const back: [from: number, weight: number][][] = Array.from({ length: L }, () => []);
  at.forEach((from, i) => {
    if (from >= 0) back[from].push([Math.floor(i / taps), weight?.[i] ?? 1]);
  });
  const most = Math.max(1, ...back.map((b) => b.length));
  const flat = back.flatMap((b) => [...b, ...Array.from({ length: most - b.length }, (): [number, number] => [0, 0])]);
  return { axis, at: flat.map(([from]) => from), weight: flat.map(([, w]) => w), taps: most, fill: 0 };
}

/** Resamples one axis of x, for macros. */
export function resample(tape: Tape, x: Value, table: Table): Value {
  const axis = normalizeAxis('resample', table.axis, x.shape.length);
  const { at, taps, weight } = table;
  const outside = at.find((i) => !(Number.isInteger(i) && i >= -1 && i < x.shape[axis]));
  if (outside !== undefined) {
    throw new ShapeError('resample', `index ${outside} is outside axis ${axis}, which has ${x.shape[axis]}`);
  }
  const shape = [at.length / taps, taps];
  const inputs = {
    x,
    at: tape.constant('indices', shape, () => Float32Array.from(at)),
    weight: tape.constant('weights', shape, () =>
      weight ? Float32Array.from(weight) : new Float32Array(at.length).fill(1),
    ),
  };
  return tape.apply(alongAxis, inputs, { ...table, axis });
}

/** Resamples several axes of x by tables. */
export const op = defineMacro({
  name: 'resample',
  inputs: ['x'],
  expand(tape, { x }, { tables, shape }: Attrs): Value {
    let y = x;
    // An unchanged axis costs nothing.
    for (const table of tables) if (!isIdentity(table, y.shape)) y = resample(tape, y, table);
    return shape || y === x ? tape.apply(reshape, { x: y }, { shape: shape ?? x.shape }) : y;
  },
});

const isIdentity = ({ axis, at, weight, taps }: Table, shape: Shape): boolean =>
  !weight && taps === 1 && at.length === shape.at(axis) && at.every((from, i) => from === i);
