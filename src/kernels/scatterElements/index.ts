// Writes elements of one value into another along one axis, each at its own index.
import { ShapeError } from '../../core/errors.js';
import { coordinates, formatShape, type Shape, sizeBetween, sizeOf } from '../../core/shape.js';
import { defineMacro, type Tape, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { normalizeAxis } from '../dims.js';
import { alongDx } from '../gather/along.js';
import { op as reshape } from '../reshape/index.js';
import { countable, fromFront, scatterKernels, scatterRows } from './rows.js';

export interface Attrs {
  readonly axis: number;
  /** Updates replace the existing value, or are added to it. */
  readonly reduction: 'none' | 'add';
}

export const kernels = scatterKernels;

/** `y[…, at[…, j, …], …] = updates[…, j, …]`, and x elsewhere. Along other axes `at` may be shorter than x. */
export const op = defineMacro({
  name: 'scatterElements',
  inputs: ['x', 'at', 'updates'],
  expand(tape, { x, at, updates }, { axis: given, reduction }: Attrs): Value {
    const axis = normalizeAxis('scatterElements', given, x.shape.length);
    if (
      at.shape.join() !== updates.shape.join() ||
      at.shape.length !== x.shape.length ||
      at.shape.some((d, i) => i !== axis && d > x.shape[i])
    ) {
      throw new ShapeError(
        'scatterElements',
        `indices ${formatShape(at.shape)} must have the shape of the updates ${formatShape(updates.shape)} and fit into ` +
          `x ${formatShape(x.shape)}`,
      );
    }
    const size = tape.constant('size', [], () => Float32Array.of(x.shape[axis]));
    const front = fromFront(tape, at, size);
    if (reduction === 'add') return added(tape, x, front, updates, axis);
    countable('scatterElements', x.shape);
    const stride = tape.constant('stride', [], () => Float32Array.of(sizeBetween(x.shape, axis + 1)));
    const places = binary(tape, 'add', binary(tape, 'mul', front, stride), starts(tape, x.shape, at.shape, axis));
    const flat = (v: Value, shape: readonly number[]): Value => tape.apply(reshape, { x: v }, { shape });
    const y = scatterRows(tape, flat(x, [-1, 1]), flat(places, [-1]), flat(updates, [-1, 1]));
    return flat(y, x.shape);
  },
});

function added(tape: Tape, x: Value, at: Value, updates: Value, axis: number): Value {
  if (at.shape.some((d, i) => i !== axis && d !== x.shape[i])) {
    throw new ShapeError(
      'scatterElements',
      `updates that are added must have the size of x ${formatShape(x.shape)} along other axes than ${axis}, ` +
        `got ${formatShape(at.shape)}`,
    );
  }
  return binary(tape, 'add', x, tape.apply(alongDx, { at, dy: updates }, { axis, shared: 'none', shape: x.shape }));
}

/** The start of each index in the flat x, ignoring its axis. */
function starts(tape: Tape, x: Shape, at: Shape, axis: number): Value {
  return tape.constant('starts', at, () => {
    const strides = x.map((_, i) => (i === axis ? 0 : sizeOf(x.slice(i + 1))));
    return Float32Array.from({ length: sizeOf(at) }, (_, k) =>
      coordinates(at, k).reduce((sum, c, i) => sum + c * strides[i], 0),
    );
  });
}
