// Colours made of colours: each new channel a weighted sum of the old ones, at every pixel.
import type { Tape, Value } from '../graph/tape.js';
import { op as conv2d } from '../kernels/conv2d/index.js';

/** y `[N, K, H, W]` of x `[N, C, H, W]`: `y_k = Σ_c rows[k][c]·x_c + offset[k]`. Differentiable. */
export function mixChannels(
  tape: Tape,
  x: Value,
  rows: readonly (readonly number[])[],
  offset: readonly number[] = rows.map(() => 0),
): Value {
  const [K, C] = [rows.length, rows[0].length];
  const w = tape.constant('colours', [K, C, 1, 1], Float32Array.from(rows.flat()));
  const b = tape.constant('colour offset', [K], Float32Array.from(offset));
  return tape.apply(conv2d, { x, w, b }, { stride: [1, 1], pad: [0, 0, 0, 0], dilation: [1, 1], group: 1 });
}
