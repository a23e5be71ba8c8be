// Stochastic pooling at inference (Zeiler & Fergus 2013, "Stochastic Pooling for Regularization of Deep Convolutional Neural
// Networks"): where training draws one pixel of a window with the probability that its value is of the window's sum, this is
// the mean by those probabilities. As Caffe's pooling_layer.cu has it in the TEST phase.
import { defineMacro, type Value } from '../../graph/tape.js';
import { op as avgPool } from '../avgPool/index.js';
import { binary } from '../binary/index.js';
import { pointwise } from '../pointwise/index.js';
import type { PoolAttrs } from '../pooling.js';

/** All kernels are those of the layers it is made of. */
export const kernels = [];

/**
 * Means below it count as none, so that a window without activity divides by something. Its square is well inside f32,
 * where the gradient of a quotient needs it.
 */
const TINY = 1e-15;
const FLOAT_MAX = 3.4028234663852886e38;

/** `Σ x² / Σ x` over windows of x `[N,C,H,W]`, and 0 where Σ x ≤ 0. */
export const op = defineMacro({
  name: 'stochasticPool',
  inputs: ['x'],
  expand(tape, { x }, attrs: PoolAttrs): Value {
    // Both means have one divisor, which cancels, at the borders too.
    const mean = (v: Value) => tape.apply(avgPool, { x: v }, { ...attrs, divisor: 'padded' });
    const sum = mean(x);
    const squares = mean(binary(tape, 'mul', x, x));
    const divisor = pointwise(tape, sum, 'clip', { a: TINY, b: FLOAT_MAX });
    // 1 over the sum, and 0 for a sum that is not positive.
    const active = binary(tape, 'div', pointwise(tape, sum, 'threshold', { a: 0 }), divisor);
    return binary(tape, 'mul', squares, binary(tape, 'div', active, divisor));
  },
});
