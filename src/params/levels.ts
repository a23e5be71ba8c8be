// Images of tensors of lower resolution, enlarged and added up.
import type { Shape } from '../core/shape.js';
import type { Tape, Value } from '../graph/tape.js';
import { op as resample } from '../kernels/resample/index.js';
import { resizeTable } from '../kernels/resample/tables.js';

/** `[N, C, H, W]` at a lower resolution: each side divided by `k`, rounded down, at least 1. */
export const lowered = ([N, C, H, W]: Shape, k: number): Shape => [
  N,
  C,
  Math.max(1, Math.floor(H / k)),
  Math.max(1, Math.floor(W / k)),
];

/** x `[N, C, h, w]` enlarged bilinearly to `[N, C, H, W]`, with the centres of pixels as in PyTorch. Lucid's TensorFlow aligns corners. */
export function enlarged(tape: Tape, x: Value, size: readonly [H: number, W: number]): Value {
  const tables = size.map((J, i) => {
    const L = x.shape[2 + i];
    return resizeTable(2 + i, L, J, J / L, { mode: 'linear' });
  });
  return tape.apply(resample, { x }, { tables });
}
