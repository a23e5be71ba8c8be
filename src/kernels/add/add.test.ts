import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32, sizeOf } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape, variadic } from '../../graph/tape.js';
import { op as concat } from '../concat/index.js';
import { op as scale } from '../scale/index.js';
import { op as slice } from '../slice/index.js';
import { ref } from './add.ref.js';
import { op } from './index.js';

describe('add', () => {
  for (const a of [[1], [2, 3, 7, 11]]) {
    test(`[${a}]`, () => checkOp(op, ref, { inputs: { a, b: a }, attrs: {} }));
  }

  test('shapes that differ are named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { a: tape.leaf('a', f32(2, 3)), b: tape.leaf('b', f32(3)) }, {});
    expect(apply).toThrow("add: b must be [2,3] (a's shape), got [3]");
  });

  describe('cotangents of slices', () => {
    /** ∂Σ seed·factor·slice/∂x for slices of x `[2, 7, 3]` along axis 1, each with a factor of its own. */
    async function gradientOf(ranges: readonly (readonly [start: number, end: number])[]) {
      const tape = createTape();
      const x = tape.leaf('x', f32(2, 7, 3));
      const parts = ranges.map(([start, end], i) =>
        tape.apply(scale, { x: tape.apply(slice, { x }, { axis: 1, start, end }) }, { factor: i + 2, shift: 0 }),
      );
      const y = tape.apply(concat, variadic(parts), { axis: 1 });
      const seed = tape.leaf('seed', y);
      const [gradient] = grad(tape, y, [x], { seed });
      using plan = await compile(await testContext(), tape, { keep: [gradient] });
      const seeds = Float32Array.from({ length: sizeOf(y.shape) }, (_, i) => i + 1);
      plan.write(seed, seeds);
      plan.run();
      const want = new Float32Array(2 * 7 * 3);
      const width = y.shape[1];
      for (let n = 0; n < 2; n++) {
        let row = 0;
        for (const [i, [start, end]] of ranges.entries()) {
          for (let h = start; h < end; h++, row++) {
            for (let w = 0; w < 3; w++) want[(n * 7 + h) * 3 + w] += (i + 2) * seeds[(n * width + row) * 3 + w];
          }
        }
      }
      return { got: await plan.read(gradient), want, kernels: plan.dispatches };
    }

    test('that touch are joined, whatever their order', async () => {
      const all = await gradientOf([
        [5, 7],
        [0, 2],
        [2, 5],
      ]);
      expect(all.got).toEqual(all.want);
      const row = await gradientOf([
        [1, 2],
        [2, 4],
        [4, 6],
      ]);
      expect(row.got).toEqual(row.want);
      expect(row.kernels).not.toContain('add');
      expect(row.kernels.filter((name) => name === 'place_range')).toHaveLength(1);
    });

    test('that overlap or lie apart are added', async () => {
      const apart = await gradientOf([
        [0, 3],
        [4, 7],
      ]);
      expect(apart.got).toEqual(apart.want);
      const overlapping = await gradientOf([
        [0, 4],
        [3, 7],
        [3, 7],
      ]);
      expect(overlapping.got).toEqual(overlapping.want);
    });
  });
});
