// Principal components: the directions in which activations vary most (Pearson 1901; Hotelling 1933), by the eigenvectors of the covariance.
import { checkSamples, columnMeans, crossProduct, eigen, firstRows, minusRow, type Table } from './linear.js';

/** Principal components of samples. */
export interface Components {
  readonly mean: Float64Array;
  /** `[K, C]`, of unit length, the one with the greatest variance first. The entry of the greatest size is positive. */
  readonly directions: Table;
  /** Of the samples along each direction, divided by `n − 1`. */
  readonly variances: Float64Array;
  /** Of all channels together. */
  readonly whole: number;
}

/** The first `count` principal components of samples `[n, C]`. @throws OptionError */
export function principalComponents(samples: Table, count: number): Components {
  checkSamples(samples, count);
  const mean = columnMeans(samples);
  const centred = minusRow(samples, mean);
  const covariance = crossProduct(centred, centred);
  for (const [i, value] of covariance.data.entries()) covariance.data[i] = value / (samples.rows - 1);
  const { values, vectors } = eigen(covariance);
  const directions = firstRows(vectors, count);
  const C = samples.columns;
  for (let k = 0; k < count; k++) {
    const row = directions.data.subarray(k * C, (k + 1) * C);
    const largest = row.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0);
    if (largest < 0) for (const [j, value] of row.entries()) row[j] = -value;
  }
  const variances = values.slice(0, count).map((value) => Math.max(0, value));
  return { mean, directions, variances, whole: values.reduce((sum, value) => sum + Math.max(0, value), 0) };
}
