// Lengths of gradients, for rules that change them.
import type { Value } from '../graph/tape.js';
import { binary } from '../kernels/binary/index.js';
import { pointwise } from '../kernels/pointwise/index.js';
import { op as reshape } from '../kernels/reshape/index.js';
import type { Ground } from '../parts/kinds.js';

/** ‖g‖ of Σg², `[rows]`. */
export const length = ({ tape }: Ground, squared: Value): Value => pointwise(tape, squared, 'sqrt');

/** g `[rows, …]` over a number for each row. */
export function overRows({ tape }: Ground, g: Value, divisor: Value): Value {
  const ones = g.shape.slice(1).map(() => 1);
  return binary(tape, 'div', g, tape.apply(reshape, { x: divisor }, { shape: [-1, ...ones] }));
}
