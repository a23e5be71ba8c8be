// Memory planning as a pure function: what holds for any lifetimes.
import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/core/rng.js';
import { kernel } from '../../src/gpu/kernel.js';
import { type Lifetime, planMemory } from '../../src/graph/memory.js';
import { END, lifetimes } from '../../src/graph/schedule.js';
import { dispatch, type Value } from '../../src/graph/tape.js';

const ALIGNMENT = 256;

describe('lifetimes', () => {
  const value = (id: number, length: number): Value => ({ id, label: `v${id}`, shape: [length], dtype: 'f32' });
  const common = { wgsl: '', uniforms: {}, workgroup: [64] } as const;
  const map = kernel({ ...common, name: 'map', buffers: { x: 'read', y: 'write' } });
  const sum = kernel({ ...common, name: 'sum', buffers: { a: 'read', b: 'read', y: 'write' } });
  const call = { uniforms: {}, threads: [1] } as const;

  test('a view lives in the memory of what it views, and for as long', () => {
    const [leaf, x, seen, y] = [value(0, 8), value(1, 8), value(2, 8), value(3, 8)];
    const rootOf = (id: number) => (id === seen.id ? x.id : id);
    const lives = lifetimes(
      [
        dispatch(map, { ...call, buffers: { x: leaf, y: x } }),
        dispatch(map, { ...call, buffers: { x: leaf, y } }),
        dispatch(map, { ...call, buffers: { x: seen, y } }),
      ],
      rootOf,
      new Set([y.id]),
      (id) => id === leaf.id,
    );
    expect(lives).toEqual([
      { id: x.id, bytes: 32, first: 0, last: 2, rivals: new Set([y.id]), atStart: false },
      { id: y.id, bytes: 32, first: 1, last: END, rivals: new Set([x.id]), atStart: true },
    ]);
  });

  test('what a dispatch writes may not share a buffer with anything that it binds; what it only reads may', () => {
    const [a, b, y] = [value(0, 4), value(1, 4), value(2, 4)];
    const lives = lifetimes(
      [dispatch(sum, { ...call, buffers: { a, b, y } })],
      (id) => id,
      new Set(),
      () => false,
    );
    const rivals = new Map(lives.map((l) => [l.id, l.rivals]));
    expect(rivals).toEqual(
      new Map([
        [a.id, new Set([y.id])],
        [b.id, new Set([y.id])],
        [y.id, new Set([a.id, b.id])],
      ]),
    );
  });
});

describe('planMemory', () => {
  test('a chain needs two buffers, whatever its length', () => {
    const chain = Array.from(
      { length: 20 },
      (_, i): Lifetime => ({ id: i, bytes: 100, first: i, last: i + 1, rivals: new Set([i - 1, i + 1]) }),
    );
    expect(planMemory(chain, ALIGNMENT)).toMatchObject({ sizes: [100, 100], lowerBound: 200 });
  });

  test('what is not bound together lies side by side; what is seen from outside begins its buffer', () => {
    const life = { first: 0, last: 3, rivals: new Set<number>() };
    const large: Lifetime = { ...life, id: 0, bytes: 1024, last: 0 };
    const small: Lifetime = { ...life, bytes: 300, first: 1, id: 1 };
    const { places, sizes } = planMemory([large, small, { ...small, id: 2 }], ALIGNMENT);
    expect(sizes).toEqual([1024]);
    expect([1, 2].map((id) => places.get(id))).toEqual([
      { slot: 0, offset: 0 },
      { slot: 0, offset: 512 },
    ]);
    const seen = planMemory([large, small, { ...small, id: 2, atStart: true }], ALIGNMENT);
    expect(seen.places.get(2)).toEqual({ slot: 1, offset: 0 });
  });

  test('random lifetimes: nothing alive at once shares, no plan is below its bound, and the plan repeats', () => {
    const rng = createRng(5);
    for (let trial = 0; trial < 50; trial++) {
      const lives = Array.from({ length: 40 }, (_, id): Lifetime => {
        const first = Math.floor(rng.uniform() * 60);
        const last = first + Math.floor(rng.uniform() * 12);
        const rivals = new Set([id - 1, id + 1]);
        return { id, bytes: 4 * Math.ceil(rng.uniform() * 1000), first, last, rivals, atStart: rng.uniform() < 0.1 };
      });
      const plan = planMemory(lives, ALIGNMENT);
      for (const a of lives) {
        const at = plan.places.get(a.id) ?? { slot: -1, offset: 0 };
        expect(at.offset + a.bytes).toBeLessThanOrEqual(plan.sizes[at.slot]);
        expect(at.offset % ALIGNMENT).toBe(0);
        if (a.atStart) expect(at.offset).toBe(0);
        for (const b of lives) {
          const other = plan.places.get(b.id) ?? { slot: -1, offset: 0 };
          const together = a.first <= b.last && b.first <= a.last;
          if (a.id === b.id || !together || at.slot !== other.slot) continue;
          expect(a.rivals.has(b.id)).toBe(false);
          const apart = at.offset + a.bytes <= other.offset || other.offset + b.bytes <= at.offset;
          expect(apart).toBe(true);
        }
      }
      const planned = plan.sizes.reduce((x, y) => x + y, 0);
      expect(planned).toBeGreaterThanOrEqual(plan.lowerBound);
      expect(planned).toBeLessThan(1.5 * plan.lowerBound);
      expect(planMemory(lives, ALIGNMENT)).toEqual(plan);
    }
  });
});
