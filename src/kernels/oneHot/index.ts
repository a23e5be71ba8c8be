// Converts indices to vectors with one number at the index and another one elsewhere.
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { op as reshape } from '../reshape/index.js';
import { op as slice } from '../slice/index.js';
import { where } from '../where/index.js';

export interface Attrs {
  /** The position of the new axis; negative ones count from the end of the result. */
  readonly axis: number;
  readonly depth: number;
}

/** A macro has no kernels of its own. */
export const kernels = [];

/**
 * at `[...]`, values `[off, on]`: a new axis of `depth` with `on` at each index (negative ones count from the end), and `off`
 * elsewhere.
 */
export const op = defineMacro({
  name: 'oneHot',
  inputs: ['at', 'values'],
  expand(tape, { at, values }, { axis: given, depth }: Attrs): Value {
    const rank = at.shape.length;
    const axis = given < 0 ? given + rank + 1 : given;
    if (!(axis >= 0 && axis <= rank) || !(Number.isInteger(depth) && depth >= 1) || values.shape.join() !== '2') {
      throw new ShapeError(
        'oneHot',
        `axis ${given} of ${rank + 1}, depth ${depth} and values ${formatShape(values.shape)} do not fit; ` +
          'the depth must be a positive whole number and the values [2]',
      );
    }
    const shape = [...at.shape.slice(0, axis), 1, ...at.shape.slice(axis)];
    const index = tape.apply(reshape, { x: at }, { shape });
    const line = [depth, ...at.shape.slice(axis).map(() => 1)];
    const counted = (start: number): Value =>
      tape.constant('indices', line, () => Float32Array.from({ length: depth }, (_, i) => start + i));
    const hit = binary(
      tape,
      'or',
      binary(tape, 'equal', index, counted(0)),
      binary(tape, 'equal', index, counted(-depth)),
    );
    const value = (i: number): Value => tape.apply(slice, { x: values }, { axis: 0, start: i, end: i + 1 });
    return where(tape, hit, value(1), value(0));
  },
});
