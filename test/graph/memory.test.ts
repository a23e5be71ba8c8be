// Memory planning as a pure function: what holds for any lifetimes.
import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/core/rng.js';
import { type Lifetime, planMemory } from '../../src/graph/memory.js';

describe('planMemory', () => {
  test('a chain needs two buffers, whatever its length', () => {
    const chain = Array.from({ length: 20 }, (_, i): Lifetime => ({ id: i, bytes: 100, first: i, last: i + 1 }));
    expect(planMemory(chain)).toMatchObject({ sizes: [100, 100], lowerBound: 200 });
  });

  test('random lifetimes: nothing alive at once shares, no plan is below its bound, and the plan repeats', () => {
    const rng = createRng(5);
    for (let trial = 0; trial < 50; trial++) {
      const lives = Array.from({ length: 40 }, (_, id): Lifetime => {
        const first = Math.floor(rng.uniform() * 60);
        return { id, bytes: 4 * Math.ceil(rng.uniform() * 1000), first, last: first + Math.floor(rng.uniform() * 12) };
      });
      const plan = planMemory(lives);
      for (const a of lives) {
        expect(plan.sizes[plan.slot.get(a.id) ?? -1]).toBeGreaterThanOrEqual(a.bytes);
        for (const b of lives) {
          const together = a.first <= b.last && b.first <= a.last;
          if (a.id !== b.id && together) expect(plan.slot.get(a.id)).not.toBe(plan.slot.get(b.id));
        }
      }
      const planned = plan.sizes.reduce((x, y) => x + y, 0);
      expect(planned).toBeGreaterThanOrEqual(plan.lowerBound);
      expect(planned).toBeLessThan(1.5 * plan.lowerBound);
      expect(planMemory(lives)).toEqual(plan);
    }
  });
});
