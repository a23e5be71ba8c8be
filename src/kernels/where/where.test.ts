import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './where.ref.js';

describe('where', () => {
  for (const [c, a, b] of [
    [
      [2, 3, 5, 7],
      [2, 3, 5, 7],
      [2, 3, 5, 7],
    ],
    [[5, 7], [2, 3, 1, 7], [1]],
    [[2, 1, 1, 1], [3, 5, 1], [7]],
    [[2, 1, 3, 1, 2, 1], [4, 1, 3, 1, 5], []],
  ]) {
    test(`[${c}] [${a}] [${b}]`, () =>
      checkOp(op, ref, {
        inputs: { c, a, b },
        attrs: {},
        values: { c: (v) => (v > 0.1 ? v : 0) },
        wrt: ['a', 'b'],
      }));
  }

  test('what is not chosen may be infinite, in the gradient too', async () => {
    const tape = createTape();
    const [c, a, b] = ['c', 'a', 'b'].map((name) => tape.leaf(name, f32(2)));
    const y = tape.apply(op, { c, a, b }, {});
    const seed = tape.leaf('seed', y);
    const [da, db] = grad(tape, y, [a, b], { seed });
    using plan = await compile(await testContext(), tape, { keep: [y, da, db] });
    plan.write(c, Float32Array.of(1, 0));
    plan.write(a, Float32Array.of(3, Number.NaN));
    plan.write(b, Float32Array.of(Number.NEGATIVE_INFINITY, 5));
    plan.write(seed, Float32Array.of(7, Number.POSITIVE_INFINITY));
    plan.run();
    expect([...(await plan.read(y))]).toEqual([3, 5]);
    expect([...(await plan.read(da))]).toEqual([7, 0]);
    expect([...(await plan.read(db))]).toEqual([0, Number.POSITIVE_INFINITY]);
  });

  test('shapes that do not broadcast are named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    expect(() => tape.apply(op, { c: leaf(2, 3), a: leaf(1), b: leaf(2) }, {})).toThrow(
      'where: [2,3] and [2] do not broadcast to one shape of up to 6 axes',
    );
  });
});
