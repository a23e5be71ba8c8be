import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { createRng } from '../../core/rng.js';
import { f32, u32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { energy, ref } from './tvDenoise.ref.js';

/** Steps and slopes from 0 to 255 with noise, as an image on the way has them; the mean taken off. */
function noisy(shape: readonly number[], mean: Float32Array): Float32Array {
  const rng = createRng(4);
  const [N, C, H, W] = shape;
  return Float32Array.from({ length: N * C * H * W }, (_, i) => {
    const [c, r, w] = [Math.floor(i / H / W), Math.floor(i / W) % H, i % W];
    const drawn = (w > W / 2 ? 200 : 40) + (r * 60) / H + 10 * (c % 3) + 25 * rng.normal();
    return drawn - mean[i % mean.length];
  });
}

async function denoised(shape: readonly number[], options: object, step = 0) {
  const attrs = { weight: 0.1, lastWeight: 0.1, last: 0, every: 1, sweeps: 100, ...options };
  const tape = createTape();
  const [N, ...image] = shape;
  const size = image.reduce((a, b) => a * b, 1);
  const mean = Float32Array.from({ length: size }, (_, i) => 100 + (i % 7));
  const x = noisy(shape, mean);
  const leaf = tape.leaf('x', f32(N, ...image));
  const now = tape.leaf('step', u32(1));
  const y = tape.apply(op, { x: leaf, mean: tape.constant('mean', image, mean), step: now }, attrs);
  using plan = await compile(await testContext(), tape, { keep: [y] });
  plan.write(leaf, x);
  plan.write(now, Uint32Array.of(step));
  plan.run();
  plan.run();
  const tensors = {
    x: { shape, data: Float64Array.from(x) },
    mean: { shape: image, data: Float64Array.from(mean) },
  };
  return { x, y: await plan.read(y), mean, tensors };
}

describe('tv_denoise', () => {
  for (const shape of [
    [2, 3, 7, 5],
    [1, 2, 8, 6],
    [3, 1, 1, 9],
    [2, 1, 4, 1],
    [1, 1, 1, 1],
  ]) {
    for (const [weight, sweeps] of [
      [0.1, 1],
      [0.01, 3],
      [2, 20],
    ]) {
      test(`[${shape}], weight ${weight}, ${sweeps} sweeps`, async () => {
        const { y, tensors } = await denoised(shape, { weight, lastWeight: weight, sweeps });
        const want = ref(tensors, { weight, sweeps, order: 'chessboard' });
        // Values up to 255 are rounded in every sweep.
        expectClose('tv_denoise', y, want.data, shape, { atol: 2e-3, rtol: 1e-5 });
      });
    }
  }

  test.each([0.01, 0.1, 1])(
    'weight %f: what 100 sweeps leave of the energy is what scikit-image leaves',
    async (weight) => {
      const [H, W] = [33, 41];
      const { x, y, mean, tensors } = await denoised([1, 1, H, W], { weight, lastWeight: weight });
      const lines = ref(tensors, { weight, sweeps: 100, order: 'lines' }).data;
      const of = (u: ArrayLike<number>) =>
        energy(
          Array.from(u, (v, i) => v + mean[i]),
          Array.from(x, (v, i) => v + mean[i]),
          H,
          W,
          weight,
        );
      const [ours, theirs, before] = [of(y), of(lines), of(x)];
      expect(Math.abs(ours / theirs - 1)).toBeLessThan(1e-3);
      // With a large weight, scikit-image's pull at the first row and column outweighs the rest.
      if (weight < 1) expect(theirs).toBeLessThan(0.7 * before);
    },
  );

  test('the weight goes from the first to the last, and only every few steps do anything', async () => {
    const shape = [1, 1, 7, 5];
    const numbers = { weight: 0.1, lastWeight: 0.5, last: 8, every: 2, sweeps: 2 };
    const { y, tensors } = await denoised(shape, numbers, 4);
    const want = ref(tensors, { weight: 0.3, sweeps: 2, order: 'chessboard' });
    expectClose('half way', y, want.data, shape, { atol: 2e-3, rtol: 1e-5 });
    for (const still of [await denoised(shape, numbers, 3), await denoised(shape, { ...numbers, every: 0 }, 4)]) {
      expect([...still.y]).toEqual([...still.x]);
    }
  });

  test('a mean of another size', () => {
    const tape = createTape();
    const inputs = {
      x: tape.leaf('x', f32(2, 3, 4, 5)),
      mean: tape.leaf('mean', f32(3)),
      step: tape.leaf('step', u32(1)),
    };
    expect(() => tape.apply(op, inputs, { weight: 1, lastWeight: 1, last: 0, every: 1, sweeps: 1 })).toThrow(
      /tv_denoise: mean must be \[3,4,5\].*got \[3\]/,
    );
  });
});
