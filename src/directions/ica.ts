// Independent components: directions whose activations are least Gaussian (FastICA with log cosh: Hyvärinen 1999, all at once; Hyvärinen &
// Oja 2000 §6), after whitening by principal components.
import { createRng, seedFor } from '../core/rng.js';
import { crossProduct, eigen, minusRow, product, reorder, type Table, table, transpose } from './linear.js';
import { principalComponents } from './pca.js';

/** Independent components of samples. */
export interface Sources {
  readonly mean: Float64Array;
  /** `[K, C]`: a centred sample times a row is the source, which has variance 1. */
  readonly unmixing: Table;
  /** `[K, C]`: what a source of 1 adds to a sample. Those that add most come first, and each source is skewed to the positive side. */
  readonly directions: Table;
  /** Rounds that were needed. */
  readonly rounds: number;
  /** Whether the directions stood still at the end. */
  readonly settled: boolean;
}

/** What the search may be told. */
export interface SourceOptions {
  readonly seed?: number;
  /** Rounds at most; default 200. */
  readonly rounds?: number;
  /** Directions stand still when none turns by more: `1 − |cos|`; default 1e-4. */
  readonly least?: number;
  /** `[K, K]` in place of random numbers from the seed. */
  readonly start?: Table;
  readonly onRound?: (round: number, turned: number) => void;
}

/** `count` independent components of samples `[n, C]`. @throws OptionError */
export function independentComponents(samples: Table, count: number, options: SourceOptions = {}): Sources {
  const { seed = 0, rounds = 200, least = 1e-4, start, onRound } = options;
  const { mean, directions: axes, variances } = principalComponents(samples, count);
  const C = samples.columns;
  // What varies by rounding alone is no source: whitening would make it one.
  const floor = variances[0] * 1e-12;
  const kept = variances.findIndex((variance) => variance <= floor);
  const K = kept < 0 ? count : kept;
  const n = samples.rows;
  // scikit-learn whitens to a mean square of 1, over n.
  const whitening = table(
    K,
    C,
    axes.data.slice(0, K * C).map((value, i) => value / Math.sqrt((variances[Math.floor(i / C)] * (n - 1)) / n)),
  );
  const white = product(minusRow(samples, mean), transpose(whitening));
  const rng = createRng(seedFor(seed, 'ica'));
  let W = decorrelated(
    start ??
      table(
        K,
        K,
        Float64Array.from({ length: K * K }, () => rng.normal()),
      ),
  );
  let turned = Number.POSITIVE_INFINITY;
  let round = 0;
  while (round < rounds && !(turned < least)) {
    round++;
    const next = decorrelated(update(white, W));
    turned = 0;
    for (let k = 0; k < K; k++) {
      let cosine = 0;
      for (let j = 0; j < K; j++) cosine += next.data[k * K + j] * W.data[k * K + j];
      turned = Math.max(turned, Math.abs(Math.abs(cosine) - 1));
    }
    W = next;
    onRound?.(round, turned);
  }
  return ordered(white, W, whitening, mean, { rounds: round, settled: turned < least });
}

/** `E[x g(wᵀx)] − E[g′(wᵀx)] w` for each row w, g = tanh. */
function update(white: Table, W: Table): Table {
  const { rows: n } = white;
  const K = W.rows;
  const sources = product(white, transpose(W));
  const slopes = new Float64Array(K);
  for (let i = 0; i < sources.data.length; i++) {
    const g = Math.tanh(sources.data[i]);
    sources.data[i] = g;
    slopes[i % K] += (1 - g * g) / n;
  }
  const next = crossProduct(sources, white);
  for (let i = 0; i < next.data.length; i++) next.data[i] = next.data[i] / n - slopes[Math.floor(i / K)] * W.data[i];
  return next;
}

/** `(W Wᵀ)^(−1/2) W`: the nearest orthogonal rows. */
function decorrelated(W: Table): Table {
  const K = W.rows;
  const { values, vectors } = eigen(product(W, transpose(W)));
  const scaled = table(
    K,
    K,
    vectors.data.map((value, i) => value / Math.sqrt(Math.max(values[Math.floor(i / K)], Number.MIN_VALUE))),
  );
  return product(crossProduct(vectors, scaled), W);
}

function ordered(
  white: Table,
  W: Table,
  whitening: Table,
  mean: Float64Array,
  found: Pick<Sources, 'rounds' | 'settled'>,
): Sources {
  const K = W.rows;
  const C = whitening.columns;
  const sources = product(white, transpose(W));
  const skew = new Float64Array(K);
  for (const [i, value] of sources.data.entries()) skew[i % K] += value ** 3;
  const signed = table(
    K,
    K,
    W.data.map((value, i) => (skew[Math.floor(i / K)] < 0 ? -value : value)),
  );
  const unmixing = product(signed, whitening);
  // Whitening is a diagonal times orthonormal rows, so that its pseudo-inverse is its transpose, each column divided by the row's square.
  const squares = Float64Array.from({ length: K }, (_, k) =>
    whitening.data.subarray(k * C, (k + 1) * C).reduce((sum, value) => sum + value * value, 0),
  );
  const inverse = table(
    K,
    C,
    whitening.data.map((value, i) => value / squares[Math.floor(i / C)]),
  );
  const directions = product(signed, inverse);
  const lengths = Array.from({ length: K }, (_, k) => Math.hypot(...directions.data.subarray(k * C, (k + 1) * C)));
  const order = lengths.map((_, k) => k).sort((a, b) => lengths[b] - lengths[a] || a - b);
  return { mean, unmixing: reorder(unmixing, order), directions: reorder(directions, order), ...found };
}
