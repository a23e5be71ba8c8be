import { describe, expect, test } from 'vitest';
import { createRng } from '../../core/rng.js';
import { meanOf, shareOf } from './intervals.js';

describe('intervals', () => {
  test('of a mean hold it in about 95 of 100 samples', () => {
    const rng = createRng(3);
    const held = Array.from({ length: 300 }, () => {
      const { low, high } = meanOf(Array.from({ length: 40 }, () => rng.uniform() ** 2));
      return low <= 1 / 3 && 1 / 3 <= high;
    });
    const share = held.filter(Boolean).length / held.length;
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(0.985);
  });

  test('of a share are those of Wilson, which stay within 0 and 1', () => {
    const times = (yes: number, n: number) => Array.from({ length: n }, (_, i) => i < yes);
    // By statsmodels: proportion_confint(18, 20, method='wilson').
    const { value, low, high } = shareOf(times(18, 20));
    expect(value).toBe(0.9);
    expect(low).toBeCloseTo(0.698964, 5);
    expect(high).toBeCloseTo(0.972135, 5);
    expect(shareOf(times(20, 20)).high).toBe(1);
    expect(shareOf(times(20, 20)).low).toBeCloseTo(0.838875, 5);
  });

  test('of nothing are no numbers', () => {
    expect(meanOf([])).toEqual({ value: Number.NaN, low: Number.NaN, high: Number.NaN });
    expect(shareOf([]).value).toBeNaN();
  });
});
