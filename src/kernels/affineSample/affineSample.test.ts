import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp, distinct } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './affineSample.ref.js';
import { BORDERS, op } from './index.js';

/** A map that turns by degrees, zooms out, and shifts; its rows as theta has them. */
function map(degrees: number, scale: number, y: number, x: number): number[] {
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180) * scale, Math.sin((degrees * Math.PI) / 180) * scale];
  return [cos, sin, y, -sin, cos, x];
}

/** `checkOp` asks for each number of an input in turn, here those of fixed maps. Sorted as `distinct` deals them. */
const maps = (rows: readonly number[][]) => {
  const numbers = rows.flat();
  const dealt = distinct(numbers.length, 2);
  return (v: number) => numbers[dealt.indexOf(v)];
};

/** A place in x is rounded to 2^-22 of its size, and a weight with it. */
const tolerance = { atol: 3e-5, rtol: 3e-5 };

describe('affine_sample', () => {
  for (const border of BORDERS) {
    for (const [name, x, size, rows] of [
      [
        'turned, and shifted beyond the border',
        [2, 3, 7, 5],
        undefined,
        [map(10, 0.9, 2.3, -3.1), map(-24, 1.12, -1, 4)],
      ],
      ['a larger output, far away', [2, 5, 4, 3], [9, 11], [map(170, 1.3, 11.7, 8.2), map(0, 1, 0.5, -19.25)]],
      ['a smaller output, zoomed out', [1, 2, 9, 8], [3, 4], [map(37, 4.5, 0.1, 0.2)]],
      ['zoomed in', [1, 1, 3, 4], [8, 9], [map(-61, 0.21, 0.7, -0.4)]],
      ['mirrored and sheared', [1, 3, 6, 5], undefined, [[1.1, 0.4, 0.3, 0.2, -0.8, 1.4]]],
      ['one pixel', [1, 2, 1, 1], [3, 2], [map(30, 0.7, 0.1, -0.3)]],
      ['flat: all of y shows one line', [1, 2, 4, 5], [3, 3], [[0.5, 0.25, 0.1, 1, 0.5, 0.3]]],
    ] as const) {
      test(`${border}, ${name}`, () =>
        checkOp(op, ref, {
          inputs: { x, theta: [x[0], 6] },
          attrs: { border, ...(size && { size }), value: 0.7 },
          wrt: ['x'],
          values: { theta: maps(rows.map((row) => [...row])) },
          tolerance,
        }));
    }
  }

  test.each([
    [64, 64],
    [37, 53],
  ])('⟨A x, y⟩ = ⟨x, Aᵀ y⟩ at %i × %i, turned by 10° and shifted by 14', async (H, W) => {
    const rows = [map(10, 0.9, 14, -14), map(-10, 1.12, 14, 14)];
    const shape = [2, 3, H, W];
    const x = distinct(6 * H * W, 3);
    const y = distinct(6 * H * W, 4);
    const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
    for (const border of BORDERS) {
      const tape = createTape();
      const leaf = tape.leaf('x', f32(...shape));
      const seed = tape.leaf('y', f32(...shape));
      const theta = tape.constant('theta', [2, 6], Float32Array.from(rows.flat()));
      const ax = tape.apply(op, { x: leaf, theta }, { border });
      const [aty] = grad(tape, ax, [leaf], { seed });
      using plan = await compile(await testContext(), tape, { keep: [ax, aty] });
      plan.write(leaf, x);
      plan.write(seed, y);
      plan.run();
      const [there, back] = [dot(await plan.read(ax), y), dot(x, await plan.read(aty))];
      // Sums of 2·10⁴ products of numbers below 1, each with the relative error of a place in x.
      expect(Math.abs(there - back), border).toBeLessThan(1e-2);
      expect(Math.abs(there), border).toBeGreaterThan(1);
    }
  });

  test('a shift by whole pixels moves pixels as they are', async () => {
    const tape = createTape();
    const leaf = tape.leaf('x', f32(1, 1, 5, 4));
    const theta = tape.constant('theta', [1, 6], Float32Array.from(map(0, 1, 3, -2)));
    const y = tape.apply(op, { x: leaf, theta }, { border: 'wrap' });
    using plan = await compile(await testContext(), tape, { keep: [y] });
    const x = distinct(20, 5);
    plan.write(leaf, x);
    plan.run();
    const want = x.map((_, i) => x[((Math.floor(i / 4) + 3) % 5) * 4 + (((i % 4) + 2) % 4)]);
    expect([...(await plan.read(y))]).toEqual([...want]);
  });

  test('a map for each image', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(2, 3, 4, 5)), theta: tape.leaf('theta', f32(6)) };
    expect(() => tape.apply(op, inputs, { border: 'zero' })).toThrow(/affine_sample: theta must be \[2,6\].*got \[6\]/);
  });
});
