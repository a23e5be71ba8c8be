import { describe, expect, test } from 'vitest';
import { createRng } from '../core/rng.js';
import { adjustedRand, normalizedMutualInformation, purity } from './agreement.js';

const all = [adjustedRand, normalizedMutualInformation, purity];

describe('agreement of partitions', () => {
  test('is that of scikit-learn', () => {
    // scikit-learn 1.2.1: adjusted_rand_score, normalized_mutual_info_score.
    const a = [0, 0, 0, 1, 1, 1, 2, 2, 2, 2];
    const b = [0, 0, 1, 1, 1, 1, 2, 2, 0, 2];
    expect(adjustedRand(a, b)).toBeCloseTo(0.4318181818, 9);
    expect(normalizedMutualInformation(a, b)).toBeCloseTo(0.6180656463, 9);
    expect(purity(b, a)).toBeCloseTo(0.8, 12);
  });

  test('is 1 for the same parts by other names, and does not depend on the order of the two', () => {
    const a = [3, 3, 7, 7, 7, 1];
    for (const of of all) expect(of(a, [0, 0, 1, 1, 1, 2])).toBeCloseTo(1, 12);
    const b = [0, 1, 0, 1, 1, 1];
    expect(adjustedRand(a, b)).toBeCloseTo(adjustedRand(b, a), 12);
    expect(normalizedMutualInformation(a, b)).toBeCloseTo(normalizedMutualInformation(b, a), 12);
    for (const of of all) expect(of([0, 0, 0], [5, 5, 5])).toBe(1);
  });

  test('of random parts: the adjusted index is 0 on average', () => {
    const rng = createRng(1);
    const draw = (k: number) => Array.from({ length: 60 }, () => Math.floor(rng.uniform() * k));
    const values = Array.from({ length: 400 }, () => adjustedRand(draw(3), draw(2)));
    expect(Math.abs(values.reduce((x, y) => x + y, 0) / values.length)).toBeLessThan(0.005);
  });

  test('refuses partitions of other things', () => {
    expect(() => adjustedRand([0], [0, 1])).toThrow(/must be of the same things/);
    expect(() => purity([], [])).toThrow(/at least one/);
  });
});
