// What is made of statistics: the colours' factor, magnitudes of another size, coarse pictures.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { createRng } from '../core/rng.js';
import { coarsePicture, colourFactor, magnitudeAt } from './statistics.js';

const rng = createRng(8);

describe('colourFactor', () => {
  test('L Lᵀ is the covariance', () => {
    for (let trial = 0; trial < 20; trial++) {
      const A = Array.from({ length: 9 }, () => rng.normal());
      const product = (m: readonly number[]) =>
        Float32Array.from({ length: 9 }, (_, k) => {
          const [i, j] = [Math.floor(k / 3), k % 3];
          return m[3 * i] * m[3 * j] + m[3 * i + 1] * m[3 * j + 1] + m[3 * i + 2] * m[3 * j + 2];
        });
      const covariance = product(A);
      const L = colourFactor({ covariance });
      expect([L[1], L[2], L[5]]).toEqual([0, 0, 0]);
      expectClose('L Lᵀ', product(L), covariance, [3, 3], { atol: 2e-6, rtol: 2e-6 });
    }
  });

  test('refuses colours that do not vary, and gray', () => {
    const rule = 'statistics.covariance: colours must vary, and not all in the same way, got [1,1,1,1,1,1,1,1,1]';
    expect(() => colourFactor({ covariance: new Float32Array(9).fill(1) })).toThrow(rule);
    expect(() => colourFactor({ covariance: new Float32Array(9) })).toThrow('statistics.covariance');
  });
});

/** 1/f of frequencies in cycles per shorter side, as the orthonormal transform of pictures of this size has it. */
function oneOverF([H, W]: readonly [number, number], amplitude: number): Float32Array {
  const half = Math.floor(W / 2) + 1;
  const side = Math.min(H, W);
  const plane = Array.from({ length: H * half }, (_, k) => {
    const [i, j] = [Math.floor(k / half), k % half];
    const f = Math.hypot(((i <= H / 2 ? i : i - H) * side) / H, (j * side) / W);
    return (amplitude * Math.sqrt(H * W)) / Math.max(0.7, f);
  });
  return Float32Array.from([...plane, ...plane.map((m) => 2 * m), ...plane.map((m) => m / 2)]);
}

describe('magnitudeAt', () => {
  const size = [16, 16] as const;
  const known = { size, magnitude: oneOverF(size, 3) };

  test('the own size is the magnitude itself', () => {
    expect(magnitudeAt(known, size)).toBe(known.magnitude);
  });

  test.each([[[32, 32]], [[32, 48]], [[31, 25]]] as const)('1/f stays 1/f in pictures of %o', (wanted) => {
    const [H, W] = wanted;
    const half = Math.floor(W / 2) + 1;
    const got = magnitudeAt(known, wanted);
    const want = oneOverF(wanted, 3);
    expect(got.length).toBe(want.length);
    for (const [i, value] of got.entries()) {
      const at = i % (H * half);
      const [y, x] = [Math.floor(at / half), at % half];
      const side = Math.min(H, W);
      const [fy, fx] = [((y <= H / 2 ? y : y - H) * side) / H, (x * side) / W];
      // Close to the mean, 1/f bends too much to be interpolated between frequencies that are whole.
      const between = fy % 1 !== 0 || fx % 1 !== 0;
      const near = Math.max(Math.abs(fy), fx) < 3;
      if (between && near) continue;
      // Beyond the known band the magnitude goes on along its ray, which leaves the band between two frequencies.
      const beyond = Math.abs(fy) > 7 || fx > 8;
      expect(Math.abs(Math.log(value / want[i])), `${fy}, ${fx}: ${value} for ${want[i]}`).toBeLessThan(
        between || beyond ? 0.02 : 1e-4,
      );
    }
  });
});

describe('coarsePicture', () => {
  const [h, w] = [2, 3];
  const n = 3 * h * w;
  const coarse = {
    size: [h, w] as const,
    mean: Float32Array.from({ length: n }, (_, i) => 0.4 + 0.01 * i),
    factor: Float32Array.from({ length: n * 2 }, (_, i) => 0.05 * Math.cos(i)),
  };

  test('of the own size has the mean and the covariance of the Gaussian, times its deviation', () => {
    const draws = 4000;
    const sum = new Float64Array(n);
    const products = new Float64Array(n * n);
    for (let d = 0; d < draws; d++) {
      const x = coarsePicture({ coarse }, [h, w], 0.5, () => rng.normal());
      for (let i = 0; i < n; i++) {
        sum[i] += x[i] / draws;
        for (let j = 0; j < n; j++) products[i * n + j] += ((x[i] - coarse.mean[i]) * (x[j] - coarse.mean[j])) / draws;
      }
    }
    const covariance = Float64Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.floor(k / n), k % n];
      const { factor } = coarse;
      return 0.25 * (factor[2 * i] * factor[2 * j] + factor[2 * i + 1] * factor[2 * j + 1]);
    });
    // Five standard errors.
    expectClose('mean', sum, coarse.mean, [n], { atol: (5 * 0.035) / Math.sqrt(draws), rtol: 0 });
    expectClose('covariance', products, covariance, [n, n], { atol: (5 * 0.0018) / Math.sqrt(draws), rtol: 0 });
  });

  test('is enlarged between the middles of its blocks, and stays from 0 to 1', () => {
    const mean = Float32Array.from({ length: n }, (_, i) => (i % w === 0 ? -1 : i % w === 1 ? 0.5 : 2));
    const flat = { size: [h, w] as const, mean, factor: new Float32Array(0) };
    const x = coarsePicture({ coarse: flat }, [4, 6], 1, () => rng.normal());
    const row = [0, 0, 0.125, 0.875, 1, 1];
    expectClose('row', x.subarray(0, 6), row, [6], { atol: 1e-6, rtol: 0 });
    expect(x.length).toBe(3 * 4 * 6);
  });
});
