// Selects single elements along one axis, each by its own index.
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import { along } from '../gather/along.js';
import { op as slice } from '../slice/index.js';

export interface Attrs {
  readonly axis: number;
}

/** All kernels are ../gather's. */
export const kernels = [];

/** `y[…, j, …] = x[…, at[…, j, …], …]`. Along other axes `at` may be shorter than x. */
export const op = defineMacro({
  name: 'gatherElements',
  inputs: ['x', 'at'],
  expand(tape, { x, at }, attrs: Attrs): Value {
    const axis = normalizeAxis('gatherElements', attrs.axis, x.shape.length);
    if (at.shape.length !== x.shape.length || at.shape.some((d, i) => i !== axis && d > x.shape[i])) {
      throw new ShapeError(
        'gatherElements',
        `indices ${formatShape(at.shape)} must not be larger than x ${formatShape(x.shape)} along other axes than ${axis}`,
      );
    }
    let from = x;
    at.shape.forEach((d, i) => {
      if (i !== axis && d < x.shape[i]) from = tape.apply(slice, { x: from }, { axis: i, start: 0, end: d });
    });
    return tape.apply(along, { x: from, at }, { axis, shared: 'none' });
  },
});
