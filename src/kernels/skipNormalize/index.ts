// Layer or RMS normalization of a sum, as ONNX Runtime's optimizer fuses them in transformers.
import { defineMacro, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { op as normalize } from '../normalize/index.js';

export interface Attrs {
  readonly kind: 'standard' | 'rms';
  readonly eps: number;
  /** The normalized sum, or the sum itself. */
  readonly output: 'value' | 'sum';
}

/** All kernels are ../normalize's and ../binary's. */
export const kernels = [];

/** `x + skip + added`, normalized along its last axis, times `scale` plus `bias`; all broadcast to x. */
export const op = defineMacro({
  name: 'skipNormalize',
  inputs: ['x', 'skip', 'scale', 'bias', 'added'],
  expand(tape, { x, skip, scale, bias, added }, { kind, eps, output }: Attrs): Value {
    const sum = binary(tape, 'add', binary(tape, 'add', x, skip), added);
    return output === 'sum' ? sum : tape.apply(normalize, { x: sum, scale, bias }, { kind, eps, axis: -1 });
  },
});
