// The few operations on tables of numbers that decompositions need, in float64: a library's matrices are slower by far at these sizes.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { OptionError } from '../core/errors.js';

/** Numbers in rows, one row after another: samples `[n, C]`, or directions `[K, C]`. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  readonly data: Float64Array;
}

export const table = (rows: number, columns: number, data = new Float64Array(rows * columns)): Table => ({
  rows,
  columns,
  data,
});

/** What decompositions are told of: checked once. @throws OptionError for a wrong number of directions, or numbers that are not finite */
export function checkSamples({ rows, columns, data }: Table, count: number): void {
  if (!(Number.isInteger(count) && count >= 1 && count <= columns))
    throw new OptionError('count', `must be a whole number from 1 to the layer's ${columns} channels, got ${count}`);
  if (rows <= count) throw new OptionError('samples', `must be more than the ${count} directions, got ${rows}`);
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new OptionError('samples', `must be finite, number ${wrong} is ${data[wrong]}`);
}

/** `a b`, a `[n, m]`, b `[m, p]`. */
export function product(a: Table, b: Table): Table {
  const out = table(a.rows, b.columns);
  for (let i = 0; i < a.rows; i++) {
    const row = out.data.subarray(i * b.columns, (i + 1) * b.columns);
    for (let k = 0; k < a.columns; k++) addScaled(row, a.data[i * a.columns + k], b, k);
  }
  return out;
}

/** `aᵀ b`, a `[n, m]`, b `[n, p]`. */
export function crossProduct(a: Table, b: Table): Table {
  const out = table(a.columns, b.columns);
  for (let i = 0; i < a.rows; i++) {
    for (let k = 0; k < a.columns; k++)
      addScaled(out.data.subarray(k * b.columns, (k + 1) * b.columns), a.data[i * a.columns + k], b, i);
  }
  return out;
}

function addScaled(to: Float64Array, factor: number, { columns, data }: Table, row: number): void {
  if (factor === 0) return;
  const from = row * columns;
  for (let j = 0; j < columns; j++) to[j] += factor * data[from + j];
}

export function transpose({ rows, columns, data }: Table): Table {
  const out = table(columns, rows);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out.data[j * rows + i] = data[i * columns + j];
  return out;
}

/** The mean of each column. */
export function columnMeans({ rows, columns, data }: Table): Float64Array {
  const sums = new Float64Array(columns);
  for (let i = 0; i < data.length; i++) sums[i % columns] += data[i];
  return sums.map((sum) => sum / rows);
}

export const minusRow = ({ rows, columns, data }: Table, row: ArrayLike<number>): Table =>
  table(
    rows,
    columns,
    data.map((value, i) => value - row[i % columns]),
  );

/** Eigenvalues of a symmetric table, the largest first, and their eigenvectors as rows. */
export function eigen({ rows: n, data }: Table): { readonly values: Float64Array; readonly vectors: Table } {
  const matrix = Matrix.from1DArray(n, n, data);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((i, j) => realEigenvalues[j] - realEigenvalues[i]);
  const vectors = table(n, n);
  for (const [k, i] of order.entries()) {
    for (let j = 0; j < n; j++) vectors.data[k * n + j] = eigenvectorMatrix.get(j, i);
  }
  return { values: Float64Array.from(order, (i) => realEigenvalues[i]), vectors };
}

export const firstRows = ({ columns, data }: Table, count: number): Table =>
  table(count, columns, data.slice(0, count * columns));

/** Rows in another order. */
export const reorder = ({ columns, data }: Table, order: readonly number[]): Table => {
  const out = table(order.length, columns);
  for (const [to, from] of order.entries())
    out.data.set(data.subarray(from * columns, (from + 1) * columns), to * columns);
  return out;
};
