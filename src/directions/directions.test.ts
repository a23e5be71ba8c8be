// Decompositions beside scikit-learn 1.2.1 in float64. The expected numbers are what these lines print, rounded to nine places, of the
// samples below, which NumPy's RandomState(4) draws too: X = random_sample((12, 5)); then S = random_sample((400, 3))**9,
// A = random_sample((3, 5)), Y = S @ A.
//   PCA(3, svd_solver='full').fit(X)                                                  the greatest entry of each row made positive
//   _initialize_nmf(X, 3, init='nndsvda')                                             W0, H0
//   NMF(3, init='custom', solver='cd', max_iter=20, tol=0).fit_transform(X, W=W0, H=H0)   rows of H brought to unit length, then sorted
//   FastICA(3, whiten='unit-variance', w_init=START, max_iter=1000, tol=1e-12).fit(Y)     signed by skewness, sorted by length
import { describe, expect, test } from 'vitest';
import { createRng } from '../core/rng.js';
import { independentComponents } from './ica.js';
import { product, type Table, table, transpose } from './linear.js';
import { factorize, nndsvda, readerOf, weightsOf } from './nmf.js';
import { principalComponents } from './pca.js';

const rng = createRng(4);
const drawn = (rows: number, columns: number, power = 1): Table =>
  table(
    rows,
    columns,
    Float64Array.from({ length: rows * columns }, () => rng.uniform() ** power),
  );
const X = drawn(12, 5);
const Y = product(drawn(400, 3, 9), drawn(3, 5));

const rowsOf = ({ rows, columns, data }: Table): number[][] =>
  Array.from({ length: rows }, (_, i) => [...data.subarray(i * columns, (i + 1) * columns)]);

/** Rounded expectations, within a few of their last digits. */
function expectTable(got: readonly (readonly number[])[], want: readonly (readonly number[])[], within = 5e-9): void {
  expect(got.map((row) => row.length)).toEqual(want.map((row) => row.length));
  for (const [i, row] of want.entries())
    for (const [j, value] of row.entries()) expect(Math.abs(got[i][j] - value), `${i},${j}`).toBeLessThan(within);
}

describe('principal components', () => {
  const found = principalComponents(X, 3);

  test('are those of scikit-learn', () => {
    expectTable(rowsOf(found.directions), [
      [-0.585565158, 0.607881813, -0.470671729, 0.092367662, -0.239853049],
      [0.103926238, 0.193504613, 0.470376863, 0.758296241, -0.394319311],
      [-0.263566071, -0.501433311, -0.396509625, 0.610706212, 0.385895841],
    ]);
    expectTable([[...found.variances].map((v) => v / found.whole)], [[0.414735696, 0.336804355, 0.152855256]]);
  });

  test('refuse more directions than channels, and as many as samples', () => {
    expect(() => principalComponents(X, 6)).toThrow(
      "count: must be a whole number from 1 to the layer's 5 channels, got 6",
    );
    expect(() => principalComponents(table(3, 5), 3)).toThrow('samples: must be more than the 3 directions, got 3');
    expect(() => principalComponents(table(6, 2, new Float64Array(12).fill(Number.NaN)), 2)).toThrow('number 0 is NaN');
  });
});

describe('non-negative factors', () => {
  test('start where scikit-learn does', () => {
    const { weights, directions } = nndsvda(X, 3);
    expectTable(rowsOf(weights).slice(0, 2), [
      [0.850918544, 0.52175734, 0.104790281],
      [0.422371262, 0.455388124, 0.52175734],
    ]);
    expectTable(rowsOf(directions), [
      [0.899383468, 1.025641904, 0.97054095, 0.881234204, 0.756607098],
      [0.52175734, 0.791871413, 0.52175734, 0.332825493, 0.52175734],
      [0.52175734, 0.52175734, 0.352366582, 0.649601724, 0.52175734],
    ]);
  });

  test('are those of scikit-learn after as many rounds, with its error', () => {
    const { weights, directions, errors } = factorize(X, 3, { rounds: 20, least: 0 });
    expect(errors.length).toBe(20);
    expectTable([[errors[19]]], [[0.88729566]]);
    expectTable(rowsOf(directions), [
      [0.0, 0.934140559, 0.011265432, 0.245457716, 0.25885327],
      [0.396286591, 0.035494638, 0.61702219, 0.678955584, 0.0],
      [0.633241043, 0.108601781, 0.439953711, 0.0, 0.627417059],
    ]);
    expectTable(rowsOf(weights).slice(0, 2), [
      [0.438889402, 0.897555174, 0.948937797],
      [1.020463408, 0.0, 0.243931974],
    ]);
  });

  test('never get worse, and give back samples that are sums of parts', () => {
    const parts = table(2, 4, Float64Array.of(1, 0, 2, 0, 0, 3, 0, 1));
    const made = product(
      table(
        9,
        2,
        Float64Array.from({ length: 18 }, (_, i) => (i * 7) % 5),
      ),
      parts,
    );
    const { weights, directions, errors } = factorize(made, 2, { rounds: 500, least: 0 });
    for (const [i, error] of errors.entries()) expect(error).toBeLessThanOrEqual((errors[i - 1] ?? Infinity) + 1e-9);
    const again = product(weights, directions);
    expectTable(rowsOf(again), rowsOf(made), 1e-6);
    expectTable(rowsOf(weightsOf(made, directions)), rowsOf(weights), 1e-6);
  });

  test('are read by the linear map that comes nearest to their weights', () => {
    const { weights, directions } = factorize(X, 3, { rounds: 200, least: 0 });
    const reader = readerOf(X, weights);
    const error = (rows: Table) =>
      product(X, transpose(rows)).data.reduce((sum, value, i) => sum + (value - weights.data[i]) ** 2, 0);
    // No other map is nearer: neither any that is a little different, nor plain products.
    for (let i = 0; i < reader.data.length; i++) {
      for (const change of [-1e-3, 1e-3]) {
        const other = table(
          3,
          5,
          reader.data.map((value, j) => (j === i ? value + change : value)),
        );
        expect(error(other)).toBeGreaterThan(error(reader));
      }
    }
    expect(error(directions)).toBeGreaterThan(error(reader));
    // Weights that are linear in the samples are read exactly.
    const parts = table(2, 4, Float64Array.of(1, 0, 2, 0, 0, 3, 0, 1));
    const own = table(
      9,
      2,
      Float64Array.from({ length: 18 }, (_, i) => (i * 7) % 5),
    );
    const made = product(own, parts);
    expectTable(rowsOf(product(made, transpose(readerOf(made, own)))), rowsOf(own), 1e-9);
  });

  test('refuse what is negative', () => {
    const negative = table(4, 2, Float64Array.of(1, 2, -1, 3, 0, 1, -2, 1));
    expect(() => factorize(negative, 1)).toThrow('nmf needs activations from 0, 2 of 8 are negative');
  });
});

describe('independent components', () => {
  const START = table(3, 3, Float64Array.of(1, 0.2, 0.1, -0.3, 1, 0.4, 0.2, -0.5, 1));

  test('are those of scikit-learn', () => {
    const { unmixing, directions, settled } = independentComponents(Y, 3, { start: START, rounds: 1000, least: 1e-12 });
    expect(settled).toBe(true);
    // The whitening divides by small variances.
    expectTable(
      rowsOf(unmixing),
      [
        [-0.330583957, 3.332169895, -3.107998119, -0.701793315, 3.797542185],
        [-2.326884317, 4.987937456, 3.14395213, -3.280232077, -0.990129331],
        [5.332585083, -6.986295445, 2.564297266, 5.686193351, -1.766166492],
      ],
      1e-6,
    );
    expectTable(
      rowsOf(directions),
      [
        [0.148134915, 0.148633312, 0.024411489, 0.089305052, 0.18228741],
        [0.090617322, 0.150461899, 0.184118866, 0.026625386, 0.031472627],
        [0.141615823, 0.066661381, 0.117041152, 0.092924166, 0.066797445],
      ],
      1e-6,
    );
    // Another start leads to the same sources.
    const other = independentComponents(Y, 3, { seed: 2, rounds: 1000, least: 1e-12 });
    expectTable(rowsOf(other.unmixing), rowsOf(unmixing), 1e-4);
  });

  test('leave out what does not vary', () => {
    const { unmixing } = independentComponents(Y, 5, { seed: 1 });
    expect(unmixing.rows).toBe(3);
  });
});
