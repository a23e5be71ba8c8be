// Non-negative matrix factorization (Lee & Seung 1999): activations as sums of parts, X ≈ W H, none of them negative. By coordinate descent,
// one direction after another (HALS: Cichocki & Phan 2009), from the start of Boutsidis & Gallopoulos 2008 (NNDSVDa).
import { OptionError } from '../core/errors.js';
import { checkSamples, crossProduct, eigen, product, reorder, type Table, table, transpose } from './linear.js';

/** Samples as sums of parts. */
export interface Factors {
  /** `[n, K]`: how much of each direction is in each sample. */
  readonly weights: Table;
  /** `[K, C]`, of unit length; those that account for most of the samples first. */
  readonly directions: Table;
  /** ‖X − W H‖² after each round. */
  readonly errors: readonly number[];
}

/** What a factorization may be told. */
export interface FactorOptions {
  /** Rounds at most; default 200. */
  readonly rounds?: number;
  /** Share of the first round's error that a round must gain for the next one to follow; default 1e-5. 0: always. */
  readonly least?: number;
  readonly start?: { readonly weights: Table; readonly directions: Table };
  readonly onRound?: (round: number, error: number) => void;
}

/** Factors samples `[n, C]` into `count` directions. @throws OptionError for negative numbers, which sums of parts cannot make */
export function factorize(samples: Table, count: number, options: FactorOptions = {}): Factors {
  checkSamples(samples, count);
  const negative = samples.data.reduce((n, value) => (value < 0 ? n + 1 : n), 0);
  if (negative > 0) {
    throw new OptionError(
      'method',
      `nmf needs activations from 0, ${negative} of ${samples.data.length} are negative; take a layer after its ReLU, or pca`,
    );
  }
  const { rounds = 200, least = 1e-5, start = nndsvda(samples, count), onRound } = options;
  const X = samples;
  // Columns are walked along: directions as columns of `Ht`, so that both halves of a round are one function.
  const W = table(X.rows, count, start.weights.data.slice());
  const Ht = transpose(start.directions);
  const squares = X.data.reduce((sum, x) => sum + x * x, 0);
  const errors: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    descend(W, product(X, Ht), crossProduct(Ht, Ht));
    const XtW = crossProduct(X, W);
    const WtW = crossProduct(W, W);
    descend(Ht, XtW, WtW);
    // ‖X − WH‖² = ‖X‖² − 2⟨XᵀW, Hᵀ⟩ + ⟨WᵀW, HHᵀ⟩.
    const HHt = crossProduct(Ht, Ht);
    const error = squares - 2 * dot(XtW.data, Ht.data) + dot(WtW.data, HHt.data);
    errors.push(error);
    onRound?.(round, error);
    if (round > 1 && errors[round - 2] - error < least * errors[0]) break;
  }
  return ordered(W, transpose(Ht), errors);
}

/** How much of each direction is in each sample, `[n, K]`: the exact non-negative least squares, which a layer of a net can only approach. */
export function weightsOf(samples: Table, directions: Table, rounds = 200): Table {
  const W = table(samples.rows, directions.rows);
  const Ht = transpose(directions);
  const [XHt, HHt] = [product(samples, Ht), crossProduct(Ht, Ht)];
  for (let round = 0; round < rounds; round++) descend(W, XHt, HHt);
  return W;
}

/**
 * The linear map that comes nearest to non-negative weights: rows `[K, C]` with which `rows · x` is, by least squares over the samples, how much
 * of each direction is in x. Where x varies by rounding alone it has no part. The pseudo-inverse of the directions would be another choice, but
 * it blows up what directions that are alike do not share.
 */
export function readerOf(samples: Table, weights: Table): Table {
  const { values, vectors } = eigen(crossProduct(samples, samples));
  const scaled = table(vectors.rows, vectors.columns);
  for (let k = 0; k < vectors.rows; k++) {
    if (values[k] <= values[0] * 1e-6) continue;
    for (let j = 0; j < vectors.columns; j++)
      scaled.data[k * vectors.columns + j] = vectors.data[k * vectors.columns + j] / values[k];
  }
  return product(crossProduct(weights, samples), crossProduct(vectors, scaled));
}

/** One pass over the columns of W `[n, K]`: each minimizes ‖X − W H‖² exactly while all others stay, and is then cut at 0. */
function descend(W: Table, XHt: Table, HHt: Table): void {
  const { rows, columns: K, data } = W;
  for (let i = 0; i < rows; i++) {
    const from = i * K;
    for (let k = 0; k < K; k++) {
      const curvature = HHt.data[k * K + k];
      if (curvature === 0) continue;
      let slope = -XHt.data[from + k];
      for (let j = 0; j < K; j++) slope += HHt.data[k * K + j] * data[from + j];
      data[from + k] = Math.max(0, data[from + k] - slope / curvature);
    }
  }
}

/** The positive or the negative halves of singular vectors, whichever hold more; zeros become the mean, which can be left. */
export function nndsvda(X: Table, count: number): { readonly weights: Table; readonly directions: Table } {
  const { values, vectors } = eigen(crossProduct(X, X));
  const mean = X.data.reduce((sum, x) => sum + x, 0) / X.data.length;
  const weights = table(X.rows, count);
  const directions = table(count, X.columns);
  for (let k = 0; k < count; k++) {
    const v = table(X.columns, 1, vectors.data.slice(k * X.columns, (k + 1) * X.columns));
    const sigma = Math.sqrt(Math.max(0, values[k]));
    const u = product(X, v).data.map((value) => (sigma > 0 ? value / sigma : 0));
    const sides = [1, -1].map((sign) => {
      const [a, b] = [u, v.data].map((part) => part.map((value) => Math.max(0, sign * value)));
      return { a, b, lengths: [Math.hypot(...b), length(a)] as const };
    });
    // The first singular vectors of what is not negative have one sign.
    const { a, b, lengths } = sides.reduce((x, y) =>
      y.lengths[0] * y.lengths[1] > x.lengths[0] * x.lengths[1] ? y : x,
    );
    const [lb, la] = lengths;
    const scale = Math.sqrt(sigma * la * lb);
    for (let i = 0; i < X.rows; i++) weights.data[i * count + k] = la > 0 ? (scale * a[i]) / la : 0;
    for (let j = 0; j < X.columns; j++) directions.data[k * X.columns + j] = lb > 0 ? (scale * b[j]) / lb : 0;
  }
  for (const { data } of [weights, directions])
    for (const [i, value] of data.entries()) if (value < TINY) data[i] = mean;
  return { weights, directions };
}

/** Less than this is zero in a start: scikit-learn's `eps`. */
const TINY = 1e-6;

const length = (values: Float64Array): number => Math.sqrt(dot(values, values));

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

/** Directions of unit length, those with the greatest squares of weights first. */
function ordered(W: Table, H: Table, errors: readonly number[]): Factors {
  const K = H.rows;
  const lengths = Array.from({ length: K }, (_, k) => length(H.data.subarray(k * H.columns, (k + 1) * H.columns)));
  const weights = table(
    W.rows,
    K,
    W.data.map((value, i) => value * lengths[i % K]),
  );
  const directions = table(
    K,
    H.columns,
    H.data.map((value, i) => (lengths[Math.floor(i / H.columns)] > 0 ? value / lengths[Math.floor(i / H.columns)] : 0)),
  );
  const energy = new Float64Array(K);
  for (const [i, value] of weights.data.entries()) energy[i % K] += value * value;
  const order = Array.from({ length: K }, (_, k) => k).sort((a, b) => energy[b] - energy[a] || a - b);
  return {
    weights: transpose(reorder(transpose(weights), order)),
    directions: reorder(directions, order),
    errors,
  };
}
