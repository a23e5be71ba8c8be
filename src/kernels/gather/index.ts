// Selects parts of a value along one axis by computed indices. ../resample handles known indices.
import { defineMacro, type Value } from '../../graph/tape.js';
import { normalizeAxis } from '../dims.js';
import { op as reshape } from '../reshape/index.js';
import { along, gatherKernels } from './along.js';

export interface Attrs {
  readonly axis: number;
}

export const kernels = gatherKernels;

/** Replaces one axis of x by the axes of `at`, which contains indices. Negative ones count from the end. */
export const op = defineMacro({
  name: 'gather',
  inputs: ['x', 'at'],
  expand(tape, { x, at }, attrs: Attrs): Value {
    const axis = normalizeAxis('gather', attrs.axis, x.shape.length);
    const y = tape.apply(along, { x, at }, { axis, shared: 'all' });
    const shape = [...x.shape.slice(0, axis), ...at.shape, ...x.shape.slice(axis + 1)];
    return tape.apply(reshape, { x: y }, { shape });
  },
});
