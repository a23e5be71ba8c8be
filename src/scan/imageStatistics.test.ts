// Statistics of pictures against float64 over the same pictures; neither batches nor shards change a bit.
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import { describe, expect, test } from 'vitest';
import { expectClose, maxRelative } from '../../test/support/close.js';
import { testContext } from '../../test/support/device.js';
import { symmetricEigen } from '../core/eigen.js';
import { createRng } from '../core/rng.js';
import { rfft2Ref } from '../kernels/fft/fft.ref.js';
import type { RefTensor } from '../kernels/reference.js';
import { colourFactor, type ImageStatistics } from '../scene/statistics.js';
import { imageStatistics, pictureMagnitudes, pictureViews } from './imageStatistics.js';
import { shardRange } from './ranges.js';
import { scan } from './scan.js';
import { mergeScans, writeScan } from './state.js';

const [N, H, W] = [11, 9, 14];
const [h, w] = [2, 4];
const n = 3 * h * w;
const rng = createRng(3);
/** Colours that vary together, and more at low frequencies. */
const inputs = Array.from({ length: N }, () => {
  const tint = [rng.uniform(), rng.uniform(), rng.uniform()];
  const slope = rng.normal() * 0.05;
  const input = new Float32Array(3 * H * W);
  for (let i = 0; i < H * W; i++) {
    const light = 0.1 * rng.normal() + slope * Math.floor(i / W);
    for (let c = 0; c < 3; c++) input[c * H * W + i] = tint[c] + light + 0.04 * rng.normal();
  }
  return input;
});
const images = inputs.map((input, i) => ({ id: `image ${i}`, input }));
const options = { size: [H, W], coarse: [h, w], source: 'drawn' } as const;

/** Everything from the pixels, in float64 and plain loops. */
function reference() {
  const P = H * W;
  const mean = [0, 1, 2].map(
    (c) => inputs.reduce((sum, x) => sum + x.slice(c * P, (c + 1) * P).reduce((a, b) => a + b, 0), 0) / N / P,
  );
  const covariance = [0, 1, 2].flatMap((a) =>
    [0, 1, 2].map((b) => {
      let sum = 0;
      for (const x of inputs) for (let i = 0; i < P; i++) sum += (x[a * P + i] - mean[a]) * (x[b * P + i] - mean[b]);
      return sum / N / P;
    }),
  );
  const [a, , , b, e, , d, f, g] = colourFactor({ covariance: Float32Array.from(covariance) });
  const magnitude = new Float64Array(3 * H * (Math.floor(W / 2) + 1));
  for (const x of inputs) {
    const z = new Float64Array(3 * P);
    for (let i = 0; i < P; i++) {
      z[i] = (x[i] - mean[0]) / a;
      z[P + i] = (x[P + i] - mean[1] - b * z[i]) / e;
      z[2 * P + i] = (x[2 * P + i] - mean[2] - d * z[i] - f * z[P + i]) / g;
    }
    const tensor: RefTensor = { shape: [1, 3, H, W], data: z };
    const { data } = rfft2Ref({ x: tensor });
    for (let i = 0; i < magnitude.length; i++) magnitude[i] += Math.hypot(data[2 * i], data[2 * i + 1]) / N;
  }
  // Each pixel four times finer, so that no border of a block divides a pixel.
  const views = inputs.map((x) =>
    Array.from({ length: n }, (_, k) => {
      const [c, y, u] = [Math.floor(k / (h * w)), Math.floor(k / w) % h, k % w];
      let sum = 0;
      const [fine, Y, X] = [4, (4 * H) / h, (4 * W) / w];
      for (let i = 0; i < Y; i++) {
        for (let j = 0; j < X; j++) {
          sum += x[(c * H + Math.floor((y * Y + i) / fine)) * W + Math.floor((u * X + j) / fine)];
        }
      }
      return sum / Y / X;
    }),
  );
  const view = Array.from({ length: n }, (_, i) => views.reduce((sum, v) => sum + v[i], 0) / N);
  const spread = Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    return views.reduce((sum, v) => sum + (v[i] - view[i]) * (v[j] - view[j]), 0) / N;
  });
  return { mean, covariance, magnitude, view, spread };
}

const spreadOf = ({ coarse: { factor } }: ImageStatistics) => {
  const rank = factor.length / n;
  return Array.from({ length: n * n }, (_, k) => {
    const [i, j] = [Math.floor(k / n), k % n];
    let sum = 0;
    for (let r = 0; r < rank; r++) sum += factor[i * rank + r] * factor[j * rank + r];
    return sum;
  });
};

describe('statistics of pictures', () => {
  test('are those in float64', async () => {
    const found = await imageStatistics(await testContext(), images, { ...options, share: 1 });
    const { mean, covariance, magnitude, view, spread } = reference();
    const tolerance = { atol: 1e-6, rtol: 2e-6 };
    expect(found).toMatchObject({ source: 'drawn', count: N, size: [H, W], coarse: { size: [h, w] } });
    expectClose('mean', found.mean, mean, [3], tolerance);
    expectClose('covariance', found.covariance, covariance, [3, 3], tolerance);
    expectClose('coarse mean', found.coarse.mean, view, [n], tolerance);
    expectClose('coarse covariance', spreadOf(found), spread, [n, n], tolerance);
    // Single precision on the device, whose errors the smallest direction of colour magnifies.
    expect(maxRelative(found.magnitude, magnitude)).toBeLessThan(2e-5);
  });

  test('keep the leading directions of the coarse pictures', async () => {
    const { spread } = reference();
    const { realEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(n, n, spread), {
      assumeSymmetric: true,
    });
    const all = [...realEigenvalues].sort((a, b) => b - a);
    const total = all.reduce((a, b) => a + b);
    const { coarse } = await imageStatistics(await testContext(), images, { ...options, share: 0.97 });
    const rank = coarse.factor.length / n;
    const held = (count: number) => all.slice(0, count).reduce((a, b) => a + b, 0) / total;
    expect(held(rank)).toBeGreaterThanOrEqual(0.97);
    expect(held(rank - 1)).toBeLessThan(0.97);
    const few = await imageStatistics(await testContext(), images, { ...options, components: 2 });
    expect(few.coarse.factor.length).toBe(2 * n);
  });

  test('no batch changes a bit', async () => {
    const one = await imageStatistics(await testContext(), images, { ...options, batch: 1 });
    for (const batch of [3, 4, N]) {
      expect(await imageStatistics(await testContext(), images, { ...options, batch })).toEqual(one);
    }
    // Nor does the order of the pictures.
    expect(await imageStatistics(await testContext(), images.slice().reverse(), options)).toEqual(one);
  });

  test('shards merge in any order to the bits of the whole', async () => {
    const ctx = await testContext();
    const model = { name: 'pictures', input: { name: 'picture', shape: [1, 3, H, W] }, layers: [], weights: new Map() };
    const preprocessing = { order: 'rgb', mean: [0, 0, 0], scale: 1 / 255, fit: 'crop', stated: true } as const;
    const collectors = [
      pictureViews([H, W], [h, w]),
      pictureMagnitudes([H, W], [0.5, 0.4, 0.3], [1, 0, 0, 0.5, 1, 0, 0.25, 0.5, 2]),
    ] as const;
    const part = (range?: readonly [number, number]) =>
      scan(ctx, { ...model, preprocessing }, images, collectors, { batch: 2, ...(range && { range }) });
    const [a, b, c] = [3, 1, 2].map((i) => part(shardRange(N, i, 3)));
    const text = (found: Awaited<typeof a>) => JSON.stringify(writeScan(collectors, found));
    const merged = mergeScans(collectors, await a, mergeScans(collectors, await b, await c));
    expect(text(merged)).toBe(text(await part()));
  });

  test('tell how far they are, and stop', async () => {
    const told: number[] = [];
    const stop = new AbortController();
    const counted = imageStatistics(await testContext(), images, {
      ...options,
      batch: 4,
      signal: stop.signal,
      onProgress: ({ done, total }) => {
        told.push(done);
        expect(total).toBe(2 * N);
        if (done === N + 4) stop.abort();
      },
    });
    await expect(counted).rejects.toMatchObject({ name: 'AbortError' });
    expect(told).toEqual([4, 8, 11, 15]);
  });

  test('refuse by name what gives none', async () => {
    const ctx = await testContext();
    const gray = inputs.map((input, id) => ({ id, input: Float32Array.from(input, (_, i) => input[i % (H * W)]) }));
    await expect(imageStatistics(ctx, gray, options)).rejects.toThrow('colours must vary, and not all in the same way');
    await expect(imageStatistics(ctx, images.slice(0, 1), options)).rejects.toThrow('images: must be at least two');
    await expect(imageStatistics(ctx, images, { ...options, coarse: [10, 4] })).rejects.toThrow('coarse: must be rows');
    await expect(imageStatistics(ctx, images, { ...options, share: 0 })).rejects.toThrow('share: must be above 0');
    const bad = [...images, { id: 'bad', input: new Float32Array(3 * H * W).fill(Number.NaN) }];
    await expect(imageStatistics(ctx, bad, options)).rejects.toThrow("Image 'bad' has numbers that are not finite");
  });
});

test('Jacobi’s decomposition is that of another library', () => {
  const size = 24;
  const factor = Float64Array.from({ length: size * size }, () => rng.normal());
  const square = (i: number, j: number) => {
    let sum = 0;
    // Of rank 20: four eigenvalues are zero.
    for (let k = 0; k < 20; k++) sum += factor[i * size + k] * factor[j * size + k];
    return sum;
  };
  const matrix = Float64Array.from({ length: size * size }, (_, k) => square(Math.floor(k / size), k % size));
  const { values, vectors } = symmetricEigen(matrix, size);
  const { realEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(size, size, matrix), {
    assumeSymmetric: true,
  });
  const tolerance = { atol: 1e-11, rtol: 1e-11 };
  expectClose('eigenvalues', values, [...realEigenvalues].reverse(), [size], tolerance);
  const again = Array.from({ length: size * size }, (_, k) => {
    let sum = 0;
    for (let e = 0; e < size; e++)
      sum += values[e] * vectors[e * size + Math.floor(k / size)] * vectors[e * size + (k % size)];
    return sum;
  });
  expectClose('V Λ Vᵀ', again, matrix, [size, size], tolerance);
});
