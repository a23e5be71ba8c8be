// The greatest or least elements along an axis, in order, and their indices.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Spec, sizeBetween, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineMacro, defineOp, dispatch, type Value } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import { along } from '../gather/along.js';
import { ordered } from '../libraries.js';
import source from './top_k.wgsl?raw';

export interface Attrs {
  readonly axis: number;
  /** The number of elements. */
  readonly k: number;
  readonly least: boolean;
  readonly output: 'values' | 'indices';
}

const forward = kernel({
  name: 'top_k',
  wgsl: source,
  uses: [ordered],
  buffers: { x: 'read', at: 'write' },
  uniforms: { n: 'u32', L: 'u32', K: 'u32', inner: 'u32' },
  constants: ['MIN'],
  longGrid: 'fold',
});
export const kernels = [forward];

interface IndexAttrs {
  readonly axis: number;
  readonly k: number;
  readonly least: boolean;
}

/** The indices of the k greatest (or least) elements as floats, best first. It has no gradient. */
const indices = defineOp({
  name: 'top_k_indices',
  inputs: ['x'],
  infer: ({ x }: { x: Spec }, { axis, k }: IndexAttrs): Spec => ({
    shape: x.shape.map((d, i) => (i === axis ? k : d)),
    dtype: 'f32',
  }),
  lower: ({ inputs: { x }, output: at, attrs: { axis, k, least } }) => {
    const n = sizeOf(x.shape);
    const uniforms = { n, L: x.shape[axis], K: k, inner: sizeBetween(x.shape, axis + 1) };
    return [dispatch(forward, { buffers: { x, at }, uniforms, constants: { MIN: least ? 1 : 0 }, threads: [n] })];
  },
});

/** The k greatest (or least) elements of x along an axis, or their indices. */
export const op = defineMacro({
  name: 'topK',
  inputs: ['x'],
  expand(tape, { x }, { axis: given, k, least, output }: Attrs): Value {
    const axis = normalizeAxis('topK', given, x.shape.length);
    if (!(Number.isInteger(k) && k >= 1 && k <= x.shape[axis])) {
      throw new ShapeError(
        'topK',
        `k must be from 1 to the size of axis ${axis} of x ${formatShape(x.shape)}, got ${k}`,
      );
    }
    const at = tape.apply(indices, { x }, { axis, k, least });
    return output === 'indices' ? at : tape.apply(along, { x, at }, { axis, shared: 'none' });
  },
});
