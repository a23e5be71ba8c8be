// 1 at the maximum along axes, 0 elsewhere. Made of argMax.
import { sizeBetween } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { op as argMax } from '../argMax/index.js';
import { binary } from '../binary/index.js';
import { normalizeAxis } from '../dims.js';
import { op as reshape } from '../reshape/index.js';

export interface Attrs {
  /** Axes from `from` to `to` (excluded) share one maximum. */
  readonly from: number;
  readonly to: number;
}

/** All kernels are ../argMax's and ../binary's. */
export const kernels = [];

/** 1 at the first maximum of x, else 0. It has no gradient. */
export const op = defineMacro({
  name: 'hardmax',
  inputs: ['x'],
  expand(tape, { x }, { from, to }: Attrs): Value {
    normalizeAxis('hardmax', from, x.shape.length);
    normalizeAxis('hardmax', to - 1, x.shape.length);
    const L = sizeBetween(x.shape, from, to);
    const rows = tape.apply(reshape, { x }, { shape: [sizeBetween(x.shape, 0, from), L, sizeBetween(x.shape, to)] });
    const at = tape.apply(argMax, { x: rows }, { axis: 1, keep: true, least: false, last: false });
    const places = tape.constant('places', [L, 1], () => Float32Array.from({ length: L }, (_, i) => i));
    return tape.apply(reshape, { x: binary(tape, 'equal', at, places) }, { shape: x.shape });
  },
});
