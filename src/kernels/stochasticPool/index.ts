// Stochastic pooling at inference (Zeiler & Fergus 2013, "Stochastic Pooling for Regularization of Deep Convolutional Neural
// Networks"). In training, one pixel of a window is drawn with a probability proportional to its value. At inference this is
// the mean with those probabilities, as in the TEST phase of Caffe's pooling_layer.cu.
import { defineMacro, type Value } from '../../graph/tape.js';
import { op as avgPool } from '../avgPool/index.js';
import { binary } from '../binary/index.js';
import { pointwise } from '../pointwise/index.js';
import type { PoolAttrs } from '../pooling.js';

/** A macro has no kernels of its own. */
export const kernels = [];

/**
 * Smaller sums count as zero, so that a window without activity does not divide by zero. Its square is well inside f32, which
 * the gradient of a quotient needs.
 */
const TINY = 1e-15;
const FLOAT_MAX = 3.4028234663852886e38;

/** `Σ x² / Σ x` over windows of x `[N,C,H,W]`, and 0 where Σ x ≤ 0. */
export const op = defineMacro({
  name: 'stochasticPool',
  inputs: ['x'],
  expand(tape, { x }, attrs: PoolAttrs): Value {
    // Both means have the same divisor, which cancels, also at the borders.
    const mean = (v: Value) => tape.apply(avgPool, { x: v }, { ...attrs, divisor: 'padded' });
    const sum = mean(x);
    const squares = mean(binary(tape, 'mul', x, x));
    const divisor = pointwise(tape, sum, 'clip', { a: TINY, b: FLOAT_MAX });
    // 1 divided by the sum, and 0 if the sum is not positive.
    const active = binary(tape, 'div', pointwise(tape, sum, 'threshold', { a: 0 }), divisor);
    return binary(tape, 'mul', squares, binary(tape, 'div', active, divisor));
  },
});
