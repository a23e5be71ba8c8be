import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { distinct } from '../../../test/support/op.js';
import { f32, u32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './blur.ref.js';
import { gaussianTaps, MAX_RADIUS, op } from './index.js';

async function blurred(
  x: Float32Array,
  shape: number[],
  sigma: number,
  every: number,
  step: number,
): Promise<Float32Array> {
  const ctx = await testContext();
  const tape = createTape();
  const leaf = tape.leaf('x', f32(...shape));
  const taps = tape.leaf('taps', f32(MAX_RADIUS + 1));
  const now = tape.leaf('step', u32(1));
  const gaussian = gaussianTaps(sigma);
  const y = tape.apply(op, { x: leaf, taps, step: now }, { radius: gaussian.radius, every });
  using plan = await compile(ctx, tape, { keep: [y] });
  plan.write(leaf, x);
  plan.write(taps, gaussian.taps);
  plan.write(now, Uint32Array.of(step));
  plan.run();
  return plan.read(y);
}

describe('blur', () => {
  for (const [sigma, ...shape] of [
    [0.5, 1, 3, 7, 5],
    [1, 2, 3, 11, 13],
    [2.3, 1, 1, 5, 4], // the kernel is wider than the image: reflected more than once
    [0.3, 1, 2, 3, 1],
  ]) {
    test(`sigma ${sigma} of [${shape}] as scipy`, async () => {
      const x = distinct(
        shape.reduce((a, b) => a * b),
        5,
      );
      const want = ref({ x: { shape, data: Float64Array.from(x) } }, sigma);
      expectClose('blur', await blurred(x, shape, sigma, 1, 0), want.data, shape, { atol: 1e-6, rtol: 1e-6 });
    });
  }

  test('radius is int(4·sigma + 0.5)', () => {
    expect([0.3, 0.5, 1, 2].map((sigma) => gaussianTaps(sigma).radius)).toEqual([1, 2, 4, 8]);
  });

  test('only on steps divisible by every, step 0 included; never for every = 0', async () => {
    const x = distinct(12, 6);
    const changes = async (every: number, step: number) =>
      (await blurred(x, [1, 1, 3, 4], 1, every, step)).some((v, i) => v !== x[i]);
    expect(await Promise.all([changes(4, 0), changes(4, 1), changes(4, 8), changes(0, 0)])).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});
