// Selects parts of a value by tuples of indices.
import { defineMacro, type Value } from '../../graph/tape.js';
import { along } from '../gather/along.js';
import { op as reshape } from '../reshape/index.js';
import { placesOf } from './places.js';

export interface Attrs {
  /** Number of leading axes that x and the indices share. */
  readonly batch: number;
}

/** All kernels are ../gather's and those of arithmetic. */
export const kernels = [];

/** `y[b…, i…] = x[b…, at[b…, i…, :]…]`: the last axis of `at` holds indices of as many axes of x. */
export const op = defineMacro({
  name: 'gatherND',
  inputs: ['x', 'at'],
  expand(tape, { x, at }, { batch }: Attrs): Value {
    const { places, rows } = placesOf('gatherND', tape, x, at, batch);
    const k = at.shape[at.shape.length - 1];
    const flat = tape.apply(reshape, { x }, { shape: [rows, -1] });
    const y = tape.apply(along, { x: flat, at: places }, { axis: 0, shared: 'all' });
    return tape.apply(reshape, { x: y }, { shape: [...at.shape.slice(0, -1), ...x.shape.slice(batch + k)] });
  },
});
