// Writes parts of one value into another at tuples of indices.
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { alongDx } from '../gather/along.js';
import { placesOf } from '../gatherND/places.js';
import { op as reshape } from '../reshape/index.js';
import { scatterRows } from '../scatterElements/rows.js';

export interface Attrs {
  /** Updates replace the existing value, or are added to it. */
  readonly reduction: 'none' | 'add';
}

/** All kernels are ../scatterElements'. */
export const kernels = [];

/** `y[at[i…, :]…] = updates[i…]`, and x elsewhere. If several updates have the same position, the last one wins. */
export const op = defineMacro({
  name: 'scatterND',
  inputs: ['x', 'at', 'updates'],
  expand(tape, { x, at, updates }, { reduction }: Attrs): Value {
    const { places, rows } = placesOf('scatterND', tape, x, at, 0);
    const wanted = [...at.shape.slice(0, -1), ...x.shape.slice(at.shape.at(-1))];
    if (updates.shape.join() !== wanted.join()) {
      throw new ShapeError(
        'scatterND',
        `updates must be ${formatShape(wanted)} for x ${formatShape(x.shape)} and indices ${formatShape(at.shape)}, ` +
          `got ${formatShape(updates.shape)}`,
      );
    }
    const flat = (v: Value, L: number): Value => tape.apply(reshape, { x: v }, { shape: [L, -1] });
    const [data, parts] = [flat(x, rows), flat(updates, places.shape[0])];
    const y =
      reduction === 'add'
        ? binary(
            tape,
            'add',
            data,
            tape.apply(alongDx, { at: places, dy: parts }, { axis: 0, shared: 'all', shape: data.shape }),
          )
        : scatterRows(tape, data, places, parts);
    return tape.apply(reshape, { x: y }, { shape: x.shape });
  },
});
