// Sparse dictionaries of samples that are known to be sums of a few atoms.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { table } from '../directions/linear.js';
import { sparseDictionary } from './sparseDictionary.js';

const [C, ATOMS, SAMPLES, ACTIVE] = [16, 20, 3000, 2];
const rng = createRng(3);
const atoms = Array.from({ length: ATOMS }, () => {
  const atom = Array.from({ length: C }, () => rng.normal());
  return atom.map((value) => value / Math.hypot(...atom));
});
const samples = table(SAMPLES, C);
for (let n = 0; n < SAMPLES; n++) {
  for (let i = 0; i < ACTIVE; i++) {
    const atom = atoms[Math.floor(rng.uniform() * ATOMS)];
    const weight = 0.5 + rng.uniform();
    for (let j = 0; j < C; j++) samples.data[n * C + j] += 10 * weight * atom[j];
  }
}

/** The cosine of each atom with the direction that is nearest to it. */
function recovered(directions: Float32Array): number[] {
  return atoms.map((atom) => {
    let best = -1;
    for (let k = 0; k < directions.length / C; k++)
      best = Math.max(
        best,
        atom.reduce((sum, value, j) => sum + value * directions[k * C + j], 0),
      );
    return best;
  });
}

describe('a sparse dictionary', () => {
  test.each([
    ['with the two greatest', { topK: 2 }],
    ['with a penalty', { l1: 0.15 }],
  ] as const)('finds the atoms that samples are made of, %s', async (_, sparsity) => {
    const ctx = await testContext();
    const losses: number[] = [];
    const found = await sparseDictionary(ctx, samples, {
      count: 32,
      sparsity,
      steps: 1200,
      rate: 0.01,
      onStep: (_step, _steps, loss) => losses.push(loss),
    });
    expect(losses[losses.length - 1]).toBeLessThan(losses[0]);
    const cosines = recovered(found.directions).sort((a, b) => a - b);
    expect(cosines[0], cosines.map((c) => c.toFixed(2)).join(' ')).toBeGreaterThan(0.9);
    for (let k = 0; k < 32; k++) expect(Math.hypot(...found.directions.subarray(k * C, (k + 1) * C))).toBeCloseTo(1, 5);
  });

  test('is the same for the same seed', async () => {
    const ctx = await testContext();
    const options = { count: 8, sparsity: { topK: 2 }, steps: 60, seed: 4 };
    const [a, b] = [await sparseDictionary(ctx, samples, options), await sparseDictionary(ctx, samples, options)];
    expect(a).toEqual(b);
  });

  test('refuses what it cannot do', async () => {
    const ctx = await testContext();
    const refused = (options: object, from = samples) =>
      expect(sparseDictionary(ctx, from, { count: 8, sparsity: { topK: 2 }, ...options })).rejects;
    await refused({ sparsity: { topK: 9 } }).toThrow('topK: must be a whole number from 1 to 8, got 9');
    await refused({ sparsity: { l1: 0 } }).toThrow('l1: must be above 0, got 0');
    await refused({ count: 5000 }).toThrow('samples: must be as many as the 5000 directions, got 3000');
    await refused({}, table(20, 3)).toThrow('they are all the same');
  });
});
