// Activations on a map: near each other where they are alike. UMAP (McInnes, Healy & Melville 2018) does the work; what is here is how its
// map becomes a square (Carter et al. 2019; lucid: normalize_layout).
import { UMAP } from 'umap-js';
import { OptionError } from '../core/errors.js';
import { createRng, seedFor } from '../core/rng.js';
import { principal } from './clusters.js';

/** A place on the map, from 0 to 1 each: to the right, and down. */
export type MapPoint = readonly [x: number, y: number];

/** What decides a map. */
export interface LayoutOptions {
  /** Neighbours that each activation is compared with: more for the large shape, fewer for detail. Carter et al.: 50. */
  readonly neighbours?: number;
  /** How near two activations may come to each other. Carter et al.: 0.05. */
  readonly minDist?: number;
  readonly seed?: number;
}

const NEIGHBOURS = 50;
const MIN_DIST = 0.05;
/** From the middle of the map to its edge at the start, as umap-js and umap-learn have it. */
const RANGE = 10;

/**
 * Activations `[n][C]` in two dimensions, by the cosine between them.
 *
 * @throws OptionError for fewer than three, for different lengths, and for an activation of zeros, which has no direction
 */
export function umapOf(rows: readonly ArrayLike<number>[], options: LayoutOptions = {}): readonly MapPoint[] {
  const { neighbours = NEIGHBOURS, minDist = MIN_DIST, seed = 0 } = options;
  if (rows.length < 3)
    throw new OptionError('images', `needs 3 activations at least to draw a map, got ${rows.length}`);
  if (!(Number.isInteger(neighbours) && neighbours >= 2))
    throw new OptionError('neighbours', `must be a whole number from 2, got ${neighbours}`);
  if (!(minDist >= 0 && minDist <= 1)) throw new OptionError('minDist', `must be from 0 to 1, got ${minDist}`);
  const units = rows.map((row, i) => {
    if (row.length !== rows[0].length)
      throw new OptionError('images', `activation ${i} has ${row.length} numbers, the first has ${rows[0].length}`);
    const length = Math.hypot(...Array.from(row));
    if (!(length > 0 && Number.isFinite(length)))
      throw new OptionError('images', `activation ${i} must be finite and not zero, its length is ${length}`);
    return Array.from(row, (value) => value / length);
  });
  const rng = createRng(seedFor(seed, 'atlas'));
  const map = new UMAP({
    nNeighbors: Math.min(neighbours, rows.length - 1),
    minDist,
    random: () => rng.uniform(),
    distanceFn: (a, b) => {
      let dot = 0;
      for (let i = 0; i < a.length; i++) dot += a[i] * b[i];
      return Math.max(0, 1 - dot);
    },
  });
  const epochs = map.initializeFit(units);
  // The library starts at random, which tears apart what belongs together. The first two components start it in its range instead.
  const start = principal(units, 2);
  const reach = start.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (const [i, point] of map.getEmbedding().entries()) {
    for (const axis of [0, 1]) point[axis] = reach > 0 ? (RANGE * (start[i][axis] ?? 0)) / reach : 0;
  }
  for (let epoch = 0; epoch < epochs; epoch++) map.step();
  return map.getEmbedding().map(([x, y]) => [x, y] as const);
}

/** Percentiles between which the map is drawn in full, and what is added on each side, as a share of what lies between. */
const PERCENTILES = [1, 99] as const;
const MARGIN = 0.1;

/**
 * Points in the unit square. What lies far out is clamped to a margin about most points, and then all is stretched: a few activations that
 * are like no other would otherwise take most of the map.
 */
export function inSquare(points: readonly MapPoint[]): readonly MapPoint[] {
  const along = (axis: 0 | 1) => {
    const values = points.map((point) => point[axis]);
    const sorted = [...values].sort((a, b) => a - b);
    const [low, high] = PERCENTILES.map((percent) => percentile(sorted, percent));
    const margin = MARGIN * (high - low);
    const clamped = values.map((value) => Math.min(high + margin, Math.max(low - margin, value)));
    const least = clamped.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
    const most = clamped.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    return clamped.map((value) => (most > least ? (value - least) / (most - least) : 0.5));
  };
  const [xs, ys] = [along(0), along(1)];
  return points.map((_, i) => [xs[i], ys[i]]);
}

/** Of sorted numbers, linear between two of them, as numpy.percentile. */
function percentile(sorted: readonly number[], percent: number): number {
  const at = (percent / 100) * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (at - low) * (sorted[high] - sorted[low]);
}

/** A square of a grid on the map, with the points in it. */
export interface Bin {
  readonly column: number;
  readonly row: number;
  /** Places in the list of points, in order. */
  readonly members: readonly number[];
}

/** The squares of a grid of `side` × `side` that hold at least `least` points of the unit square, row by row. @throws OptionError */
export function binned(points: readonly MapPoint[], side: number, least: number): readonly Bin[] {
  if (!(Number.isInteger(side) && side >= 1))
    throw new OptionError('grids', `must be whole numbers from 1, got ${side}`);
  if (!(Number.isInteger(least) && least >= 1))
    throw new OptionError('least', `must be a whole number from 1, got ${least}`);
  const cells = new Map<number, number[]>();
  for (const [i, [x, y]] of points.entries()) {
    // The last column holds its right edge too.
    const [column, row] = [x, y].map((value) => Math.min(side - 1, Math.floor(value * side)));
    const members = cells.get(row * side + column) ?? [];
    members.push(i);
    cells.set(row * side + column, members);
  }
  return [...cells]
    .filter(([, members]) => members.length >= least)
    .sort(([a], [b]) => a - b)
    .map(([cell, members]) => ({ column: cell % side, row: Math.floor(cell / side), members }));
}
