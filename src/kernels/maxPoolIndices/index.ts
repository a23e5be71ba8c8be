// Max pooling that also returns the positions of the maxima, for unpooling: ONNX's MaxPool with two outputs.
import { ShapeError } from '../../core/errors.js';
import { formatShape, type Shape, type Spec, sizeOf } from '../../core/shape.js';
import { kernel } from '../../gpu/kernel.js';
import { defineMacro, defineOp, dispatch, type Value } from '../../graph/tape.js';
import { op as maxPool, switches } from '../maxPool/index.js';
import type { PoolAttrs } from '../pooling.js';
import { op as reshape } from '../reshape/index.js';
import { countable } from '../scatterElements/rows.js';
import source from './max_pool_places.wgsl?raw';

export interface Attrs extends PoolAttrs {
  readonly output: 'values' | 'indices';
  /** Positions in planes count column by column. */
  readonly columns: boolean;
}

const forward = kernel({
  name: 'max_pool_places',
  wgsl: source,
  buffers: { at: 'read', y: 'write' },
  uniforms: { n: 'u32', H: 'u32', W: 'u32', windows: 'u32' },
  constants: ['COLUMNS'],
  longGrid: 'fold',
});
export const kernels = [forward];

/** Converts positions in planes to positions in the whole value. */
const places = defineOp({
  name: 'max_pool_places',
  inputs: ['at'],
  infer: ({ at }: { at: Spec }, _: { readonly columns: boolean; readonly shape: Shape }): Spec => ({
    shape: at.shape,
    dtype: 'f32',
  }),
  lower: ({ inputs: { at }, output: y, attrs: { columns, shape } }) => {
    const n = sizeOf(y.shape);
    const [H, W] = shape.slice(2);
    const uniforms = { n, H, W, windows: n / (shape[0] * shape[1]) };
    return [dispatch(forward, { buffers: { at, y }, uniforms, constants: { COLUMNS: columns ? 1 : 0 }, threads: [n] })];
  },
});

/** Maxima over windows of x `[N,C,H,W]` or `[N,C,L]`, or their positions in the flat x. Of equal maxima the first one wins. */
export const op = defineMacro({
  name: 'maxPoolIndices',
  inputs: ['x'],
  expand(tape, { x }, { output, columns, ...attrs }: Attrs): Value {
    if (x.shape.length !== 3 && x.shape.length !== 4) {
      throw new ShapeError('maxPoolIndices', `x must be [N,C,L] or [N,C,H,W], got ${formatShape(x.shape)}`);
    }
    const line = x.shape.length === 3;
    const map = line ? tape.apply(reshape, { x }, { shape: [0, 0, 1, x.shape[2]] }) : x;
    countable('maxPoolIndices', x.shape);
    const y =
      output === 'values'
        ? tape.apply(maxPool, { x: map }, attrs)
        : tape.apply(places, { at: tape.apply(switches, { x: map }, attrs) }, { columns, shape: map.shape });
    return line ? tape.apply(reshape, { x: y }, { shape: [0, 0, y.shape[3]] }) : y;
  },
});
