// The logarithm of softmax, computed without exponentials that could underflow.
import { defineMacro, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { pointwise } from '../pointwise/index.js';
import { op as reduction } from '../reduction/index.js';
import type { Attrs } from '../softmax/index.js';

/** All kernels are ../pointwise's and ../reduction's. */
export const kernels = [];

/** `x − max − log Σ exp(x − max)` over the axes from `from` to `to` (excluded). */
export const op = defineMacro({
  name: 'logSoftmax',
  inputs: ['x'],
  expand(tape, { x }, { from, to }: Attrs): Value {
    const axes = x.shape.flatMap((_, i) => (i >= from && i < to ? [i] : []));
    const z = binary(tape, 'sub', x, tape.apply(reduction, { x }, { kind: 'max', axes, keep: true }));
    const sum = tape.apply(reduction, { x: pointwise(tape, z, 'exp') }, { kind: 'sum', axes, keep: true });
    return binary(tape, 'sub', z, pointwise(tape, sum, 'log'));
  },
});
