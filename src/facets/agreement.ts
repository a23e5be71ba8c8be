// How well two partitions of the same things agree, whatever their parts are called: clusters beside the truth.
import { OptionError } from '../core/errors.js';

/** Counts of things by their parts in two partitions. */
interface Table {
  readonly counts: readonly (readonly number[])[];
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly n: number;
}

function tableOf(a: ArrayLike<number>, b: ArrayLike<number>): Table {
  if (a.length !== b.length || a.length === 0)
    throw new OptionError('partitions', `must be of the same things, at least one: got ${a.length} and ${b.length}`);
  const [first, second] = [placesOf(a), placesOf(b)];
  const counts = Array.from({ length: first.count }, () => new Array<number>(second.count).fill(0));
  for (let i = 0; i < a.length; i++) counts[first.of[i]][second.of[i]]++;
  const sum = (values: readonly number[]) => values.reduce((x, y) => x + y, 0);
  const columns = Array.from({ length: second.count }, (_, j) => sum(counts.map((row) => row[j])));
  return { counts, rows: counts.map(sum), columns, n: a.length };
}

/** Parts numbered in the order in which they come. */
function placesOf(parts: ArrayLike<number>): { readonly of: readonly number[]; readonly count: number } {
  const known = new Map<number, number>();
  const of = Array.from(parts, (part) => {
    const place = known.get(part) ?? known.size;
    known.set(part, place);
    return place;
  });
  return { of, count: known.size };
}

/**
 * Adjusted Rand index (Hubert & Arabie 1985): 1 for the same partition, 0 on average for random ones with parts of the same sizes. Two
 * partitions that each have one part, or only parts of one, are the same.
 */
export function adjustedRand(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { counts, rows, columns, n } = tableOf(a, b);
  const pairs = (k: number) => (k * (k - 1)) / 2;
  const sum = (values: readonly number[]) => values.reduce((total, k) => total + pairs(k), 0);
  const [both, inRows, inColumns, all] = [sum(counts.flat()), sum(rows), sum(columns), pairs(n)];
  const expected = all > 0 ? (inRows * inColumns) / all : 0;
  const most = (inRows + inColumns) / 2;
  return most === expected ? 1 : (both - expected) / (most - expected);
}

/** Normalized mutual information: I(a; b) over the mean of the entropies, from 0 to 1. Two partitions of one part are the same: 1. */
export function normalizedMutualInformation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const { counts, rows, columns, n } = tableOf(a, b);
  const entropy = (sizes: readonly number[]) =>
    -sizes.reduce((total, size) => total + (size > 0 ? (size / n) * Math.log(size / n) : 0), 0);
  let shared = 0;
  for (const [i, row] of counts.entries()) {
    for (const [j, count] of row.entries()) {
      if (count > 0) shared += (count / n) * Math.log((count * n) / (rows[i] * columns[j]));
    }
  }
  const mean = (entropy(rows) + entropy(columns)) / 2;
  return mean === 0 ? 1 : shared / mean;
}

/** The share of things that belong to the largest true part of their cluster. */
export function purity(clusters: ArrayLike<number>, truth: ArrayLike<number>): number {
  const { counts, n } = tableOf(clusters, truth);
  return counts.reduce((total, row) => total + Math.max(...row), 0) / n;
}
