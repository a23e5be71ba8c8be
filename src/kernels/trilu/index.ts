// The upper or lower triangle of matrices; zero elsewhere.
import { ShapeError } from '../../core/errors.js';
import { formatShape } from '../../core/shape.js';
import { defineMacro, type Value } from '../../graph/tape.js';
import { where } from '../where/index.js';

export interface Attrs {
  readonly upper: boolean;
  /** Which diagonal is the border, and is kept: 0 the main one, above 0 those above it. */
  readonly k: number;
}

/** All kernels are ../where's. */
export const kernels = [];

/** x `[..., M, N]` where the column is at least the row plus k (upper) or at most that (lower). */
export const op = defineMacro({
  name: 'trilu',
  inputs: ['x'],
  expand(tape, { x }, { upper, k }: Attrs): Value {
    if (x.shape.length < 2) throw new ShapeError('trilu', `x must be matrices [...,M,N], got ${formatShape(x.shape)}`);
    const [M, N] = x.shape.slice(-2);
    const kept = tape.constant('triangle', [M, N], () =>
      Float32Array.from({ length: M * N }, (_, i) => {
        const above = (i % N) - Math.floor(i / N);
        return Number(upper ? above >= k : above <= k);
      }),
    );
    return where(
      tape,
      kept,
      x,
      tape.constant('zero', [], () => new Float32Array(1)),
    );
  },
});
