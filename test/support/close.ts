// Compares numbers, fails on NaN, and reports where.
import { coordinates, formatShape, type Shape } from '../../src/core/shape.js';

export interface Tolerance {
  readonly atol: number;
  readonly rtol: number;
}

/** Fails unless `|got − want| ≤ atol + rtol·|want|` everywhere. NaN and different lengths always fail. */
export function expectClose(
  what: string,
  got: ArrayLike<number>,
  want: ArrayLike<number>,
  shape: Shape,
  tol: Tolerance,
) {
  if (got.length !== want.length) throw new Error(`${what}: got ${got.length} elements, want ${want.length}`);
  let bad = 0;
  let worst = -1;
  let worstExcess = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < got.length; i++) {
    const error = Math.abs(got[i] - want[i]);
    const allowed = tol.atol + tol.rtol * Math.abs(want[i]);
    if (!(error <= allowed)) {
      bad++;
      const excess = Number.isNaN(error) ? Number.POSITIVE_INFINITY : error - allowed;
      if (excess > worstExcess) {
        worst = i;
        worstExcess = excess;
      }
    }
  }
  if (bad > 0) {
    throw new Error(
      `${what} ${formatShape(shape)}: ${bad} of ${got.length} differ beyond atol ${tol.atol} rtol ${tol.rtol}; ` +
        `worst at ${formatShape(coordinates(shape, worst))}: got ${got[worst]}, want ${want[worst]}`,
    );
  }
}

/** `max |got − want| / max |want|`; NaN if anything is NaN. The golden files use this measure. */
export function maxRelative(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Number.NaN;
  let error = 0;
  let scale = 0;
  for (let i = 0; i < got.length; i++) {
    const d = Math.abs(got[i] - want[i]);
    if (Number.isNaN(d)) return Number.NaN;
    error = Math.max(error, d);
    scale = Math.max(scale, Math.abs(want[i]));
  }
  return error / scale;
}

/** `‖got − want‖ / ‖want‖`. */
export function relativeL2(got: ArrayLike<number>, want: ArrayLike<number>): number {
  if (got.length !== want.length) return Number.NaN;
  let error = 0;
  let norm = 0;
  for (let i = 0; i < got.length; i++) {
    error += (got[i] - want[i]) ** 2;
    norm += want[i] ** 2;
  }
  return Math.sqrt(error / norm);
}
