// A convolution and what follows it, as ONNX Runtime's optimizer joins them.
import { defineMacro, type Value } from '../../graph/tape.js';
import { type Attrs as ConvAttrs, op as conv2d } from '../conv2d/index.js';
import type { FunctionName, Parameters } from '../pointwise/functions.js';
import { pointwise } from '../pointwise/index.js';
import { op as relu } from '../relu/index.js';

export interface Attrs extends ConvAttrs {
  /** ReLU with a slope below 0, a function of ../pointwise, or nothing. */
  readonly activation?: { readonly slope: number } | ({ readonly f: FunctionName } & Parameters);
}

/** All kernels are ../conv2d's, ../relu's and ../pointwise's. */
export const kernels = [];

/** `f(conv(x, w) + b)`. */
export const op = defineMacro({
  name: 'fusedConv',
  inputs: ['x', 'w', 'b'],
  expand(tape, { x, w, b }, { activation, ...attrs }: Attrs): Value {
    const y = tape.apply(conv2d, { x, w, b }, attrs);
    if (!activation) return y;
    if ('slope' in activation) return tape.apply(relu, { x: y }, { slope: activation.slope });
    const { f, ...parameters } = activation;
    return pointwise(tape, y, f, parameters);
  },
});
