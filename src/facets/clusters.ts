// From codes of pictures to groups of pictures: unit length → PCA → k-means; and a map to look at. The libraries do the work; what is here is
// their order, and that one seed decides all of it.
import { kmeans } from 'ml-kmeans';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { UMAP } from 'umap-js';
import { OptionError } from '../core/errors.js';
import { createRng, seedFor } from '../core/rng.js';

/** How codes become groups. */
export interface ClusterOptions {
  /** Number of groups, or `auto`: the number from 2 to `most` with the greatest silhouette. */
  readonly k: number | 'auto';
  /** Groups at most, where their number is not given. */
  readonly most?: number;
  /** What is done to each code first. */
  readonly scale?: Scale;
  /** Principal components that are kept. */
  readonly components?: number;
  /** Where groups are found: among the components, or on the map of two dimensions, as MFV does. */
  readonly on?: 'components' | 'map';
  readonly seed?: number;
}

/** What is done to each code first: `root` takes the square root of each number, and both bring a code to unit length. */
export type Scale = 'unit' | 'root' | 'none';
export const SCALES: readonly Scale[] = ['unit', 'root', 'none'];

/** Groups of codes. */
export interface Clusters {
  readonly k: number;
  /** The group of each code, from 0; the largest is 0. */
  readonly groups: readonly number[];
  /** Mean silhouette (Rousseeuw 1987) of the groups where they were found, from −1 to 1. */
  readonly silhouette: number;
  /** Distance of each code to the centre of its group, where groups were found. */
  readonly distances: readonly number[];
}

/** Runs of k-means from other starts; the one with the least error is kept. */
const STARTS = 10;
/** Codes that a silhouette is taken over, at most: it needs all distances. */
const MOST_COMPARED = 1000;
/** Neighbours that UMAP looks at: its default. */
const NEIGHBOURS = 15;

/**
 * Groups codes `[n][numbers]`. A code may have several parts, such as those of two layers: each part is scaled by itself, so that none
 * drowns the others.
 *
 * @throws OptionError for fewer codes than groups, for codes of different lengths, and for numbers that are not finite
 */
export function cluster(codes: readonly (readonly ArrayLike<number>[])[], options: ClusterOptions): Clusters {
  const { k, most = 6, on = 'components', seed = 0 } = options;
  checkCodes(codes, k === 'auto' ? 3 : k);
  const reduced = reducedCodes(codes, options);
  const places = on === 'map' ? umap(reduced, seed) : reduced;
  const counts = k === 'auto' ? Array.from({ length: Math.min(most, codes.length - 1) - 1 }, (_, i) => i + 2) : [k];
  const found = counts.map((count) => {
    const { groups, distances } = nearest(places, count, seed);
    return { k: count, groups, distances, silhouette: silhouetteOf(places, groups) };
  });
  return found.reduce((a, b) => (b.silhouette > a.silhouette ? b : a));
}

/**
 * The place of each code in two dimensions, to be drawn: by UMAP (McInnes, Healy & Melville 2018) of the components.
 *
 * @throws OptionError as `cluster`
 */
export function mapOf(
  codes: readonly (readonly ArrayLike<number>[])[],
  options: Pick<ClusterOptions, 'scale' | 'components' | 'seed'> = {},
): readonly (readonly [x: number, y: number])[] {
  checkCodes(codes, 1);
  return umap(reducedCodes(codes, options), options.seed ?? 0).map(([x, y]) => [x, y] as const);
}

/** Codes as they are compared: scaled, and their principal components. */
function reducedCodes(
  codes: readonly (readonly ArrayLike<number>[])[],
  { scale = 'unit', components = 10 }: Pick<ClusterOptions, 'scale' | 'components'>,
): number[][] {
  const whole = codes.map((parts) => parts.flatMap((part) => scaled(part, scale)));
  return principal(whole, Math.min(components, codes.length - 1));
}

function checkCodes(codes: readonly (readonly ArrayLike<number>[])[], least: number): void {
  if (!(Number.isInteger(least) && least >= 1))
    throw new OptionError('k', `must be a whole number from 1, got ${least}`);
  if (codes.length < Math.max(3, least))
    throw new OptionError('codes', `needs ${Math.max(3, least)} at least, got ${codes.length}`);
  const lengths = codes.map((parts) => parts.map(({ length }) => length).join(' and '));
  const other = lengths.find((length) => length !== lengths[0]);
  if (other !== undefined) throw new OptionError('codes', `must have the same length, got ${lengths[0]} and ${other}`);
  for (const part of codes.flat()) {
    for (let i = 0; i < part.length; i++)
      if (!Number.isFinite(part[i])) throw new OptionError('codes', `must be finite numbers, got ${part[i]}`);
  }
}

/** A code as it is compared. One of zeros stays as it is. */
function scaled(code: ArrayLike<number>, scale: Scale): number[] {
  const values = Array.from(code, (value) =>
    scale === 'root' ? Math.sign(value) * Math.sqrt(Math.abs(value)) : value,
  );
  if (scale === 'none') return values;
  const length = Math.hypot(...values);
  return length > 0 ? values.map((value) => value / length) : values;
}

/** The first principal components, by the smaller of covariance and Gram matrix: both have the same. */
export function principal(codes: readonly number[][], components: number): number[][] {
  const x = new Matrix(codes as number[][]);
  x.subRowVector(x.mean('column'));
  const [n, d] = [x.rows, x.columns];
  const { realEigenvalues: values, eigenvectorMatrix: vectors } = new EigenvalueDecomposition(
    n <= d ? x.mmul(x.transpose()) : x.transpose().mmul(x),
    { assumeSymmetric: true },
  );
  const order = values
    .map((_, i) => i)
    .sort((i, j) => values[j] - values[i])
    .slice(0, Math.min(components, n, d));
  // Of the Gram matrix the scores are the vectors times the roots of the values.
  const scores = n <= d ? vectors : x.mmul(vectors);
  return Array.from({ length: n }, (_, row) =>
    order.map((i) => scores.get(row, i) * (n <= d ? Math.sqrt(Math.max(0, values[i])) : 1)),
  );
}

function umap(codes: number[][], seed: number): number[][] {
  const rng = createRng(seedFor(seed, 'umap'));
  const nNeighbors = Math.min(NEIGHBOURS, codes.length - 1);
  return new UMAP({ nNeighbors, minDist: 0, random: () => rng.uniform() }).fit(codes);
}

/** Groups by k-means, the largest first, and each code's distance to its centre. */
function nearest(codes: number[][], k: number, seed: number) {
  const runs = Array.from({ length: STARTS }, (_, start) => {
    const run = kmeans(codes, k, {
      initialization: 'kmeans++',
      seed: seedFor(seed, `k-means ${start}`),
      maxIterations: 300,
    });
    const distances = run.clusters.map((group, i) => distance(codes[i], run.centroids[group]));
    return { clusters: run.clusters, distances, error: distances.reduce((sum, own) => sum + own * own, 0) };
  });
  const best = runs.reduce((a, b) => (b.error < a.error ? b : a));
  const sizes = Array.from({ length: k }, (_, group) => best.clusters.filter((own) => own === group).length);
  const order = sizes.map((_, group) => group).sort((a, b) => sizes[b] - sizes[a] || a - b);
  return { groups: best.clusters.map((group) => order.indexOf(group)), distances: best.distances };
}

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));

/** Mean silhouette. A code alone in its group has 0. */
function silhouetteOf(codes: readonly number[][], groups: readonly number[]): number {
  const step = Math.max(1, Math.ceil(codes.length / MOST_COMPARED));
  const taken = codes.map((_, i) => i).filter((i) => i % step === 0);
  const all = [...new Set(groups)];
  let sum = 0;
  for (const i of taken) {
    const means = new Map(all.map((group) => [group, { sum: 0, n: 0 }]));
    for (const j of taken) {
      const mean = means.get(groups[j]);
      if (i === j || !mean) continue;
      mean.sum += distance(codes[i], codes[j]);
      mean.n++;
    }
    const own = means.get(groups[i]);
    if (!own || own.n === 0) continue;
    const others = [...means].flatMap(([group, { sum: total, n }]) =>
      group === groups[i] || n === 0 ? [] : [total / n],
    );
    const [within, without] = [own.sum / own.n, Math.min(...others)];
    if (others.length > 0) sum += (without - within) / Math.max(without, within, Number.MIN_VALUE);
  }
  return sum / taken.length;
}
