// The generator is NumPy's legacy RandomState, number by number.
import { expect, test } from 'vitest';
import { createRng } from '../../src/core/rng.js';

test('np.random.seed(0): random_sample', () => {
  const rng = createRng(0);
  expect([rng.uniform(), rng.uniform(), rng.uniform()]).toEqual([
    0.5488135039273248, 0.7151893663724195, 0.6027633760716439,
  ]);
});

test('np.random.seed(0): standard_normal', () => {
  const rng = createRng(0);
  const want = [1.764052345967664, 0.4001572083672233, 0.9787379841057392, 2.240893199201458, 1.8675579901499675];
  for (const v of want) expect(rng.normal()).toBeCloseTo(v, 14);
});

test('seeds differ, and a seed repeats', () => {
  const first = (seed: number) => createRng(seed).uniform();
  expect(first(1)).not.toBe(first(2));
  expect(first(2 ** 32 - 1)).toBe(first(2 ** 32 - 1));
});
