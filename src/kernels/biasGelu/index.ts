// GELU of a sum, as ONNX Runtime's optimizer joins the two.
import { defineMacro, type Value } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { pointwise } from '../pointwise/index.js';

export interface Attrs {
  /** By a tanh in place of the error function. */
  readonly approximate: boolean;
}

/** All kernels are ../binary's and ../pointwise's. */
export const kernels = [];

/** `gelu(x + b)`, b repeated as it broadcasts to x. */
export const op = defineMacro({
  name: 'biasGelu',
  inputs: ['x', 'b'],
  expand: (tape, { x, b }, { approximate }: Attrs): Value =>
    pointwise(tape, binary(tape, 'add', x, b), approximate ? 'geluTanh' : 'gelu'),
});
