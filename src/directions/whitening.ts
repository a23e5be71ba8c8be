// Directions as they are told apart, not as they are long: what all activations have in common is taken out of them. Carter et al. 2019,
// Activation Atlas, make icons so; lucid's notebook: S = inverse of the correlation, direction S v.
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { OptionError } from '../core/errors.js';
import { columnMeans, crossProduct, minusRow, type Table, table } from './linear.js';

/**
 * What activations are compared with. `covariance`: their mean, so that a direction says how it differs from the usual, as in a linear
 * discriminant (Fisher 1936). `correlation`: zero, as lucid does.
 */
export type WhitenBy = 'covariance' | 'correlation';

/** What is taken out of directions. */
export interface Whitening {
  /** `[C]`, subtracted first; zeros for `correlation`. */
  readonly mean: Float64Array;
  /** `[C, C]`, symmetric. */
  readonly inverse: Table;
}

/** How the statistics of activations become a whitening. */
export interface WhiteningOptions {
  readonly by?: WhitenBy;
  /**
   * Added to the diagonal, as a share of its mean: a channel that is nearly always 0 would otherwise decide every direction. Much of it
   * leaves the difference from the mean. lucid adds nothing.
   */
  readonly ridge?: number;
}

/** Of 1 times the mean variance, the icons' own activations come nearest to what they were made for (docs/methods/atlas.md). */
const RIDGE = 1;

/**
 * `(XᵀX / n + ridge · mean of the diagonal · I)⁻¹` of activations `[n, C]`, less their mean or not.
 *
 * @throws OptionError for no activations, for such as are all the same or not finite, and for a ridge below 0 or too small to invert
 */
export function whiteningOf(samples: Table, { by = 'covariance', ridge = RIDGE }: WhiteningOptions = {}): Whitening {
  const { rows, columns: C, data } = samples;
  if (!(ridge >= 0 && Number.isFinite(ridge))) throw new OptionError('ridge', `must be a number from 0, got ${ridge}`);
  if (rows === 0) throw new OptionError('samples', 'must be at least one');
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new OptionError('samples', `must be finite, number ${wrong} is ${data[wrong]}`);
  const mean = by === 'covariance' ? columnMeans(samples) : new Float64Array(C);
  const centred = minusRow(samples, mean);
  const second = crossProduct(centred, centred).data.map((value) => value / rows);
  let trace = 0;
  for (let c = 0; c < C; c++) trace += second[c * C + c];
  if (!(trace > 0))
    throw new OptionError('samples', 'are all the same: the layer tells nothing of these pictures apart');
  for (let c = 0; c < C; c++) second[c * C + c] += (ridge * trace) / C;
  const decomposition = new CholeskyDecomposition(Matrix.from1DArray(C, C, second));
  if (!decomposition.isPositiveDefinite()) {
    throw new OptionError(
      'ridge',
      `must be above ${ridge}: ${rows} activations do not tell the layer's ${C} channels apart; or take more pictures`,
    );
  }
  const inverse = decomposition.solve(Matrix.eye(C, C)).to1DArray();
  // Of a symmetric matrix, whose two halves were rounded by themselves.
  const whole = Float64Array.from(inverse, (value, i) => (value + inverse[(i % C) * C + Math.floor(i / C)]) / 2);
  return { mean, inverse: table(C, C, whole) };
}

/** `S (v − mean)`, of length 1; zeros where v is the mean. */
export function whitened({ mean, inverse: { columns: C, data } }: Whitening, vector: ArrayLike<number>): Float64Array {
  const out = new Float64Array(C);
  for (let i = 0; i < C; i++) for (let j = 0; j < C; j++) out[i] += data[i * C + j] * (vector[j] - mean[j]);
  const length = Math.hypot(...out);
  return length > 0 ? out.map((value) => value / length) : out;
}
