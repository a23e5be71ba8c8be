// Combines several values elementwise: Caffe's Eltwise, ONNX's Sum, Mean, Max and Min. A chain of ../binary.
import { ShapeError } from '../../core/errors.js';
import type { Value } from '../../graph/tape.js';
import { defineMacro } from '../../graph/tape.js';
import { binary } from '../binary/index.js';
import { pointwise } from '../pointwise/index.js';
import { op as reshape } from '../reshape/index.js';

export interface Attrs {
  readonly operation: 'sum' | 'mean' | 'product' | 'max' | 'min';
  /** Factors of the summands; empty means all 1. */
  readonly coefficients: readonly number[];
  /** The second value's first axis corresponds to this axis of the first; absent: the last axes are aligned. */
  readonly axis?: number;
}

/** All kernels are ../binary's and ../pointwise's. */
export const kernels = [];

const STEPS = { sum: 'add', mean: 'add', product: 'mul', max: 'max', min: 'min' } as const;
const inputNames: readonly string[] = [];

/** `x0 ∘ x1 ∘ …`, with broadcasting. */
export const op = defineMacro({
  name: 'eltwise',
  inputs: inputNames,
  passesZeros: true,
  expand(tape, inputs, { operation, coefficients, axis }: Attrs): Value {
    const values = Object.values(inputs);
    if (axis !== undefined && values.length === 2) {
      const [x, y] = values;
      const ones = x.shape.slice(axis + y.shape.length).map(() => 1);
      values[1] = tape.apply(reshape, { x: y }, { shape: [...y.shape, ...ones] });
    }
    if (values.length === 0) throw new ShapeError('eltwise', 'it needs at least one input');
    if (coefficients.length > 0 && coefficients.length !== values.length) {
      throw new ShapeError('eltwise', `${values.length} inputs need as many coefficients, got ${coefficients.length}`);
    }
    const scaled = values.map((v, i) => {
      const factor = coefficients[i] ?? 1;
      return factor === 1 ? v : pointwise(tape, v, 'power', { a: factor });
    });
    const joined = scaled.reduce((a, b) => binary(tape, STEPS[operation], a, b));
    if (operation === 'mean') return pointwise(tape, joined, 'power', { a: 1 / values.length });
    // A single value stays unchanged, under a new name.
    return values.length > 1 || joined !== values[0] ? joined : pointwise(tape, joined, 'power');
  },
});
