// The k greatest channels of each place, and zero for all others: what a sparse code with a fixed number of active directions is.
import { defineMacro, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { op as detach } from '../detach/index.js';
import { op as slice } from '../slice/index.js';
import { op as topK } from '../topK/index.js';

export interface Attrs {
  /** Channels that stay. */
  readonly k: number;
}

/** All kernels are ../topK's and ../binary's. */
export const kernels = [];

/**
 * `y = x · [x ≥ the k-th greatest of the channels]` for x `[N, C, ...]`. Equal numbers at the border all stay. A gradient passes where x
 * stays (Makhzani & Frey 2014).
 */
export const op = defineMacro({
  name: 'keepLargest',
  inputs: ['x'],
  expand(tape, { x }, { k }: Attrs): Value {
    const fixed = tape.apply(detach, { x }, {});
    const greatest = tape.apply(topK, { x: fixed }, { axis: 1, k, least: false, output: 'values' });
    const border = tape.apply(slice, { x: greatest }, { axis: 1, start: k - 1, end: k });
    return binary(tape, 'mul', x, binary(tape, 'greaterEqual', fixed, border));
  },
});
