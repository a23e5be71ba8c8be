// The map of an atlas, and its squares beside brute force.
import { describe, expect, test } from 'vitest';
import { createRng } from '../core/rng.js';
import { binned, inSquare, type MapPoint, umapOf } from './layout.js';

/** Non-negative codes in `groups` directions. */
function codes(seed: number, groups: number, each: number, numbers = 12): number[][] {
  const rng = createRng(seed);
  return Array.from({ length: groups * each }, (_, i) =>
    Array.from({ length: numbers }, (_, c) => Math.max(0, (c % groups === i % groups ? 3 : 0) + 0.4 * rng.normal())),
  );
}

describe('the map', () => {
  test('has near each other what points the same way, however long it is', () => {
    const rows = codes(1, 3, 30).map((row, i) => row.map((v) => v * (1 + (i % 5))));
    const map = umapOf(rows, { neighbours: 10 });
    const distance = (i: number, j: number) => Math.hypot(map[i][0] - map[j][0], map[i][1] - map[j][1]);
    for (let i = 0; i < rows.length; i++) {
      const nearest = rows
        .map((_, j) => j)
        .filter((j) => j !== i)
        .sort((a, b) => distance(i, a) - distance(i, b));
      expect(nearest[0] % 3).toBe(i % 3);
    }
  });

  test('is decided by its seed', () => {
    const rows = codes(2, 2, 12);
    expect(umapOf(rows, { seed: 3 })).toEqual(umapOf(rows, { seed: 3 }));
    expect(umapOf(rows, { seed: 3 })).not.toEqual(umapOf(rows, { seed: 4 }));
  });

  test('refuses what has no direction', () => {
    expect(() => umapOf([[1], [2]])).toThrow('images: needs 3 activations at least to draw a map, got 2');
    expect(() =>
      umapOf([
        [1, 0],
        [0, 0],
        [0, 1],
      ]),
    ).toThrow('images: activation 1 must be finite and not zero');
    expect(() => umapOf([[1, 0], [1], [0, 1]])).toThrow('images: activation 1 has 1 numbers, the first has 2');
    expect(() => umapOf(codes(1, 2, 4), { neighbours: 1 })).toThrow('neighbours: must be a whole number from 2, got 1');
    expect(() => umapOf(codes(1, 2, 4), { minDist: 2 })).toThrow('minDist: must be from 0 to 1, got 2');
  });
});

describe('the square', () => {
  test('is filled, and outliers are at its edge', () => {
    const points: MapPoint[] = Array.from({ length: 101 }, (_, i) => [i, -2 * i]);
    const far = inSquare([...points, [1e6, 5]]);
    // Of 102 points the 99th percentile is the 100.99th of the sorted ones, 99.99; the margin is a tenth of what lies between.
    const high = 99.99 + 0.1 * (99.99 - 1.01);
    expect(far[101]).toEqual([1, 1]);
    expect(far[50][0]).toBeCloseTo(50 / high, 12);
    expect(far[0][0]).toBe(0);
    expect(inSquare(points)[25][1]).toBeCloseTo(0.75, 12);
  });

  test('one point, or points in a line, are in the middle', () => {
    expect(inSquare([[7, 7]])).toEqual([[0.5, 0.5]]);
    expect(
      inSquare([
        [1, 4],
        [2, 4],
        [3, 4],
      ]).map(([, y]) => y),
    ).toEqual([0.5, 0.5, 0.5]);
  });
});

describe('squares of a grid', () => {
  const rng = createRng(3);
  const points = Array.from({ length: 500 }, (): MapPoint => [rng.uniform() ** 2, rng.uniform()]);
  const all: MapPoint[] = [...points, [0, 0], [1, 1], [1, 0], [0.5, 1]];

  test.each([1, 3, 7, 16])('of %d × %d are those of brute force, and every point is in one', (side) => {
    const cells = binned(all, side, 1);
    const want: [number, number, number[]][] = [];
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const inside = (v: number, k: number) => v >= k / side && (v < (k + 1) / side || (k === side - 1 && v === 1));
        const members = all.flatMap(([x, y], i) => (inside(x, column) && inside(y, row) ? [i] : []));
        if (members.length > 0) want.push([column, row, members]);
      }
    }
    expect(cells.map(({ column, row, members }) => [column, row, members])).toEqual(want);
    expect(cells.reduce((sum, { members }) => sum + members.length, 0)).toBe(all.length);
  });

  test('that hold too few are left out', () => {
    const every = binned(all, 7, 1);
    expect(binned(all, 7, 12)).toEqual(every.filter(({ members }) => members.length >= 12));
    expect(every.some(({ members }) => members.length < 12)).toBe(true);
    expect(() => binned(all, 0, 1)).toThrow('grids: must be whole numbers from 1, got 0');
    expect(() => binned(all, 2, 0)).toThrow('least: must be a whole number from 1, got 0');
  });
});
