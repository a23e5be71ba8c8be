// Draws new codes that resemble those of a set of images: manifold Parzen windows (Vincent & Bengio 2003), a normal
// distribution around every code along the directions to its neighbours.
import { normal } from './normal.js';
import type { CodeSet } from './tasks/autoencoder.js';
import type { Random } from './world/random.js';

export interface ParzenOptions {
  /** The number of neighbours of the same class that give a code its directions. */
  readonly neighbours: number;
  /** The size of the random displacement, relative to the distance of the neighbours. */
  readonly spread: number;
}

/**
 * Draws a code of class `wanted`: a random one of the set, moved towards or away from each of its neighbours by normal numbers.
 */
export function drawnNear(
  set: CodeSet,
  wanted: number,
  { neighbours, spread }: ParzenOptions,
  random: Random,
): Float32Array {
  const size = set.codes.length / set.length;
  const code = (i: number) => set.codes.subarray(i * size, (i + 1) * size);
  const own = Array.from({ length: set.length }, (_, i) => i).filter((i) => set.classes[i] === wanted);
  const start = own[random.integer(own.length)];
  const centre = code(start);
  const near = own
    .filter((i) => i !== start)
    .map((i) => ({ i, distance: squaredDistance(code(i), centre) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, neighbours);
  const drawn = Float32Array.from(centre);
  for (const { i } of near) {
    const z = (spread * normal(random)) / Math.sqrt(near.length);
    const other = code(i);
    for (let j = 0; j < size; j++) drawn[j] += z * (other[j] - centre[j]);
  }
  return drawn;
}

/** Mean distance of codes `[N, size]` to the nearest code of a set, other than itself. */
export function distanceToNearest(codes: Float32Array, set: CodeSet): number {
  const size = set.codes.length / set.length;
  const N = codes.length / size;
  let sum = 0;
  for (let n = 0; n < N; n++) {
    const code = codes.subarray(n * size, (n + 1) * size);
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < set.length; i++) {
      const distance = squaredDistance(code, set.codes.subarray(i * size, (i + 1) * size));
      if (distance > 0) least = Math.min(least, distance);
    }
    sum += Math.sqrt(least) / N;
  }
  return sum;
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += (a[j] - b[j]) ** 2;
  return sum;
}
