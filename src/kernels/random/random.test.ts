import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { f32, u32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { type Distribution, op } from './index.js';
import { ref } from './random.ref.js';

async function drawn(seeds: readonly number[], steps: readonly number[], distribution: Distribution, stream = 0) {
  const tape = createTape();
  const leaves = { seeds: tape.leaf('seeds', u32(seeds.length)), step: tape.leaf('step', u32(1)) };
  const y = tape.apply(op, leaves, { distribution, shape: [7, 11], stream });
  using plan = await compile(await testContext(), tape, { keep: [y] });
  plan.write(leaves.seeds, Uint32Array.from(seeds));
  const found: Float32Array[] = [];
  for (const step of steps) {
    plan.write(leaves.step, Uint32Array.of(step));
    plan.run();
    found.push(await plan.read(y));
  }
  return found;
}

describe('random', () => {
  // Uniform numbers are multiples of 2^-24, exact in f32. A driver's logarithm and cosine may be off by 2^-11 near their zeros.
  for (const [distribution, atol] of [
    ['uniform', 0],
    ['normal', 2e-3],
  ] as const) {
    test(`${distribution} numbers are those of the hash, for each seed, step and stream`, async () => {
      const seeds = [0, 4_294_967_295, 7];
      for (const stream of [0, 3]) {
        const found = await drawn(seeds, [0, 1, 500], distribution, stream);
        for (const [i, step] of [0, 1, 500].entries()) {
          const want = ref(seeds, step, 77, { distribution, stream });
          expectClose(`step ${step}`, found[i], want, [3, 7, 11], { atol, rtol: 0 });
        }
      }
    });
  }

  test('an image draws the same numbers in any batch', async () => {
    const [[...alone], [...batch]] = [await drawn([9], [3], 'uniform'), await drawn([1, 9], [3], 'uniform')];
    expect([...batch[0].subarray(77)]).toEqual([...alone[0]]);
  });

  test('a hundred thousand normal numbers have mean 0, deviation 1, skewness 0 and kurtosis 3', () => {
    const x = ref([5], 2, 100_000, { distribution: 'normal', stream: 0 });
    const moment = (p: number) => x.reduce((sum, v) => sum + v ** p, 0) / x.length;
    // Four standard errors of each moment for this many draws.
    expect(Math.abs(moment(1))).toBeLessThan(4 * Math.sqrt(1 / x.length));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt(2 / x.length));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / x.length));
    expect(Math.abs(moment(4) - 3)).toBeLessThan(4 * Math.sqrt(96 / x.length));
  });

  test('draws of two streams are not correlated', () => {
    const [a, b] = [0, 1].map((stream) => ref([5], 2, 100_000, { distribution: 'normal', stream }));
    const correlation = a.reduce((sum, v, i) => sum + v * b[i], 0) / a.length;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(a.length));
  });

  test('seeds that are no u32 vector', () => {
    const tape = createTape();
    const leaves = { seeds: tape.leaf('seeds', f32(3)), step: tape.leaf('step', u32(1)) };
    expect(() => tape.apply(op, leaves, { distribution: 'normal', shape: [2], stream: 0 })).toThrow(
      'random: seeds must be u32 [N] and step u32 [1], got f32 [3]',
    );
  });
});
