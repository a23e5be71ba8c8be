import { describe, expect, test } from 'vitest';
import { createRng } from '../core/rng.js';
import { adjustedRand } from './agreement.js';
import { cluster, mapOf } from './clusters.js';

/** Codes about three centres, of sizes 30, 20 and 10. */
function blobs(seed: number, numbers = 20, spread = 0.15): { codes: [number[]][]; truth: number[] } {
  const rng = createRng(seed);
  const centres = [0, 1, 2].map((c) => Array.from({ length: numbers }, (_, i) => (i % 3 === c ? 1 : 0)));
  const truth = [30, 20, 10].flatMap((count, c) => new Array<number>(count).fill(c));
  return { truth, codes: truth.map((c) => [centres[c].map((value) => value + spread * rng.normal())]) };
}

describe('groups of codes', () => {
  test.each(['components', 'map'] as const)('are those that there are, the largest first, on the %s', (on) => {
    const { codes, truth } = blobs(1);
    const found = cluster(codes, { k: 3, on });
    expect(adjustedRand(found.groups, truth)).toBe(1);
    expect([0, 1, 2].map((group) => found.groups.filter((own) => own === group).length)).toEqual([30, 20, 10]);
    expect(found.distances.every((d) => d >= 0 && Number.isFinite(d))).toBe(true);
  });

  test('are as many as the silhouette says, where their number is not given', () => {
    const { codes, truth } = blobs(2);
    const found = cluster(codes, { k: 'auto' });
    expect(found.k).toBe(3);
    expect(adjustedRand(found.groups, truth)).toBe(1);
    expect(found.silhouette).toBeGreaterThan(0.5);
  });

  test('the same seed gives the same groups and map', () => {
    const { codes } = blobs(3);
    expect(cluster(codes, { k: 2, seed: 5 })).toEqual(cluster(codes, { k: 2, seed: 5 }));
    expect(mapOf(codes, { seed: 5 })).toEqual(mapOf(codes, { seed: 5 }));
    expect(mapOf(codes, { seed: 5 })).not.toEqual(mapOf(codes, { seed: 6 }));
    expect(mapOf(codes).flat().every(Number.isFinite)).toBe(true);
  });

  test('components are the same by the covariance and by the products of codes', () => {
    // 60 codes of 20 numbers, and the same with 100 zeros more.
    const { codes } = blobs(4);
    const long = codes.map(([code]) => [[...code, ...new Array<number>(100).fill(0)]]);
    const [a, b] = [codes, long].map((own) => cluster(own, { k: 3, components: 5 }));
    expect(a.groups).toEqual(b.groups);
    for (const [i, distance] of a.distances.entries()) expect(distance).toBeCloseTo(b.distances[i], 6);
  });

  test('unit length takes away how strong a code is', () => {
    const { codes, truth } = blobs(5);
    const rng = createRng(6);
    const louder = codes.map(([code]) => {
      const gain = 0.02 + 5 * rng.uniform();
      return [code.map((value) => value * gain)];
    });
    expect(adjustedRand(cluster(louder, { k: 3 }).groups, truth)).toBe(1);
    expect(adjustedRand(cluster(louder, { k: 3, scale: 'none' }).groups, truth)).toBeLessThan(0.9);
  });

  test('a second part of a code counts as much as the first, however small its numbers are', () => {
    const { codes, truth } = blobs(7);
    const rng = createRng(8);
    const noise = () => Array.from({ length: 20 }, () => 100 * Math.abs(rng.normal()));
    const parts = codes.map(([code]) => [noise(), code.map((value) => value / 1000)]);
    expect(adjustedRand(cluster(parts, { k: 3, components: 3 }).groups, truth)).toBeGreaterThan(0.8);
  });

  test('refuses what cannot be grouped', () => {
    const three = (last: number[]) => [[[1]], [[2]], [last]];
    expect(() => cluster([[[1]], [[2]]], { k: 3 })).toThrow(/needs 3 at least, got 2/);
    expect(() => cluster(three([2, 3]), { k: 2 })).toThrow(/the same length, got 1 and 2/);
    expect(() => cluster(three([Number.NaN]), { k: 2 })).toThrow(/finite/);
    expect(() => cluster(three([3]), { k: 0 })).toThrow(/k: must be a whole number/);
  });
});
