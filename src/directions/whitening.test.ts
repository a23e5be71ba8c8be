// Whitening beside a plain inverse in float64: Gauss and Jordan's elimination with the largest pivot.
import { describe, expect, test } from 'vitest';
import { createRng } from '../core/rng.js';
import { type Table, table } from './linear.js';
import { whitened, whiteningOf } from './whitening.js';

const rng = createRng(7);
const N = 50;
const C = 6;
/** Non-negative, of different sizes, and with a common part, as activations are. */
const samples: Table = table(
  N,
  C,
  Float64Array.from({ length: N * C }, (_, i) => Math.max(0, (1 + (i % C)) * (rng.normal() + 1))),
);

/** The inverse of a matrix of rows. */
function inverse(rows: readonly (readonly number[])[]): number[][] {
  const n = rows.length;
  const a = rows.map((row, i) => [...row, ...Array.from({ length: n }, (_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let i = k; i < n; i++) if (Math.abs(a[i][k]) > Math.abs(a[best][k])) best = i;
    [a[k], a[best]] = [a[best], a[k]];
    const pivot = a[k][k];
    a[k] = a[k].map((v) => v / pivot);
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = a[i][k];
      a[i] = a[i].map((v, j) => v - factor * a[k][j]);
    }
  }
  return a.map((row) => row.slice(n));
}

/** The second moments about `mean`, and what is added. */
function moments(mean: readonly number[], ridge: number): number[][] {
  const rows = Array.from({ length: C }, (_, i) =>
    Array.from({ length: C }, (_, j) => {
      let sum = 0;
      for (let n = 0; n < N; n++) sum += (samples.data[n * C + i] - mean[i]) * (samples.data[n * C + j] - mean[j]);
      return sum / N;
    }),
  );
  const trace = rows.reduce((sum, row, i) => sum + row[i], 0);
  return rows.map((row, i) => row.map((v, j) => (i === j ? v + (ridge * trace) / C : v)));
}

const means = Array.from({ length: C }, (_, c) => {
  let sum = 0;
  for (let n = 0; n < N; n++) sum += samples.data[n * C + c];
  return sum / N;
});

describe('whitening', () => {
  test.each([
    ['covariance', 0, means],
    ['covariance', 1, means],
    ['correlation', 0.01, means.map(() => 0)],
  ] as const)('by %s with a ridge of %d is the inverse by elimination', (by, ridge, mean) => {
    const found = whiteningOf(samples, { by, ridge });
    const want = inverse(moments(mean, ridge));
    for (const [c, value] of mean.entries()) expect(found.mean[c]).toBeCloseTo(value, 12);
    for (let i = 0; i < C; i++)
      for (let j = 0; j < C; j++) expect(found.inverse.data[i * C + j]).toBeCloseTo(want[i][j], 10);
    const vector = Array.from({ length: C }, (_, c) => c - 2);
    const raw = want.map((row) => row.reduce((sum, v, j) => sum + v * (vector[j] - mean[j]), 0));
    const length = Math.hypot(...raw);
    for (const [c, value] of whitened(found, vector).entries()) expect(value).toBeCloseTo(raw[c] / length, 10);
  });

  test('of the mean itself has no direction', () => {
    const found = whiteningOf(samples);
    expect([...whitened(found, found.mean)]).toEqual(means.map(() => 0));
  });

  test('an unused channel needs a ridge', () => {
    const data = samples.data.map((v, i) => (i % C === 2 ? 0 : v));
    expect(() => whiteningOf({ ...samples, data }, { ridge: 0 })).toThrow("do not tell the layer's 6 channels apart");
    const { inverse: found } = whiteningOf({ ...samples, data });
    expect(found.data.every(Number.isFinite)).toBe(true);
  });

  test('refuses what tells nothing', () => {
    expect(() => whiteningOf(table(0, 3))).toThrow('samples: must be at least one');
    expect(() => whiteningOf(table(3, 2))).toThrow('samples: are all the same');
    expect(() => whiteningOf(table(2, 1, Float64Array.of(1, Number.NaN)))).toThrow('number 1 is NaN');
    expect(() => whiteningOf(samples, { ridge: -1 })).toThrow('ridge: must be a number from 0, got -1');
  });
});
