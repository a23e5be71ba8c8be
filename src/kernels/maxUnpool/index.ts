// Puts maxima back to their positions: ONNX's MaxUnpool.
import { ShapeError } from '../../core/errors.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { resample } from '../resample/index.js';
import { padTables } from '../resample/tables.js';
import { op as reshape } from '../reshape/index.js';
import { countable, scatterRows } from '../scatterElements/rows.js';

export interface Attrs {
  /** One number per spatial axis. */
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** Spatial sizes of the result; zeros are added at the end of each axis. Absent: the sizes that were pooled. */
  readonly size?: readonly number[];
}

/** A macro has no kernels of its own. */
export const kernels = [];

/** x `[N, C, ...]` at positions `at` (same shape) in a flat map of zeros. The map has the size that the window pooled to x. */
export const op = defineMacro({
  name: 'maxUnpool',
  inputs: ['x', 'at'],
  expand(tape, { x, at }, { kernel, stride, before, after, size }: Attrs): Value {
    if (at.shape.join() !== x.shape.join() || x.shape.length !== kernel.length + 2) {
      throw new ShapeError(
        'maxUnpool',
        `x ${formatShape(x.shape)} and indices ${formatShape(at.shape)} must be [N,C] and ${kernel.length} axes`,
      );
    }
    const pooled = kernel.map((k, i) => (x.shape[i + 2] - 1) * stride[i] + k - before[i] - after[i]);
    const shape = [x.shape[0], x.shape[1], ...pooled];
    countable('maxUnpool', shape);
    const zeros = tape.constant('zeros', [sizeOf(shape), 1], () => new Float32Array(sizeOf(shape)));
    const flat = (v: Value, to: readonly number[]): Value => tape.apply(reshape, { x: v }, { shape: to });
    const map = flat(scatterRows(tape, zeros, flat(at, [-1]), flat(x, [-1, 1])), shape);
    if (!size) return map;
    const room = [0, 0, ...size.map((d, i) => d - pooled[i])];
    if (room.some((d) => !(d >= 0))) {
      throw new ShapeError('maxUnpool', `the result [${size}] must not be smaller than what was pooled, [${pooled}]`);
    }
    const tables = padTables(
      shape,
      shape.map(() => 0),
      room,
      'constant',
      0,
    );
    return tables.reduce((y, table, axis) => (room[axis] > 0 ? resample(tape, y, table) : y), map);
  },
});
