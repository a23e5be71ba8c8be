// Converts tuples of indices to positions in a flat value, for ../gatherND and ../scatterND.
import { ShapeError } from '../../core/errors.js';
import { formatShape, sizeBetween, sizeOf } from '../../core/shape.js';
import type { Tape, Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { op as reduction } from '../reduction/index.js';
import { op as reshape } from '../reshape/index.js';
import { countable, fromFront } from '../scatterElements/rows.js';

/**
 * Tuples `at` `[…, k]` index axes `batch` to `batch + k` of x. The axes before are shared with `at`. Returns their positions
 * `[M]` among the remaining rows, and the number of rows.
 *
 * @throws ShapeError
 */
export function placesOf(op: string, tape: Tape, x: Value, at: Value, batch: number): { places: Value; rows: number } {
  const k = at.shape.at(-1) ?? 0;
  const sizes = x.shape.slice(batch, batch + k);
  const same = x.shape.slice(0, batch).every((d, i) => d === at.shape[i]);
  if (at.shape.length <= batch || k < 1 || sizes.length !== k || !same) {
    throw new ShapeError(
      op,
      `indices ${formatShape(at.shape)} do not name axes of x ${formatShape(x.shape)} from axis ${batch} on`,
    );
  }
  const rows = sizeBetween(x.shape, 0, batch + k);
  countable(op, x.shape.slice(0, batch + k));
  const constant = (label: string, values: readonly number[]): Value =>
    tape.constant(label, [values.length], () => Float32Array.from(values));
  const front = fromFront(tape, at, constant('sizes', sizes));
  const strides = constant(
    'strides',
    sizes.map((_, i) => sizeOf(sizes.slice(i + 1))),
  );
  const parts = binary(tape, 'mul', front, strides);
  const own = tape.apply(reduction, { x: parts }, { kind: 'sum', axes: [-1], keep: false });
  const groups = sizeBetween(x.shape, 0, batch);
  const each = sizeOf(own.shape) / groups;
  const flat = tape.apply(reshape, { x: own }, { shape: [groups, each] });
  // Offset for each index of the preceding axes.
  const starts = tape.constant('starts', [groups, 1], () =>
    Float32Array.from({ length: groups }, (_, g) => g * sizeOf(sizes)),
  );
  const places = groups > 1 ? binary(tape, 'add', flat, starts) : flat;
  return { places: tape.apply(reshape, { x: places }, { shape: [groups * each] }), rows };
}
