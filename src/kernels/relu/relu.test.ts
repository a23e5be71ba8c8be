import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { checkOp, distinct } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { gate, op } from './index.js';
import { gateRef, ref } from './relu.ref.js';

describe('relu', () => {
  for (const x of [[1], [3, 5], [2, 3, 7, 11]]) {
    for (const slope of [0, 0.1, -0.5]) {
      test(`x=[${x}] slope=${slope}`, () => checkOp(op, ref, { inputs: { x }, attrs: { slope } }));
    }
  }

  for (const [mask, clamp, slope] of [
    [true, false, 0],
    [false, true, 0],
    [true, true, 0],
    [true, true, 0.25],
    [false, false, 0],
  ] as const) {
    test(`gate mask=${mask} clamp=${clamp} slope=${slope}`, async () => {
      const ctx = await testContext();
      const tape = createTape();
      const f = tape.leaf('f', f32(2, 3, 5));
      const dy = tape.leaf('dy', f32(2, 3, 5));
      const y = tape.apply(gate, { f, dy }, { mask, clamp, slope });
      using plan = await compile(ctx, tape, { keep: [y] });
      const [vf, vdy] = [distinct(30, 1).map((v) => Math.max(v, 0)), distinct(30, 2)];
      plan.write(f, vf);
      plan.write(dy, vdy);
      plan.run();
      const want = gateRef(vf, vdy, { mask, clamp, slope });
      // Selections of f32 values, and products with a power of two: exact.
      expectClose('gate', await plan.read(y), want, [2, 3, 5], { atol: 0, rtol: 0 });
    });
  }

  test('more than 65,535 workgroups are folded', async () => {
    const ctx = await testContext();
    const n = 65_536 * 64 + 77;
    const tape = createTape();
    const x = tape.leaf('x', f32(n));
    const y = tape.apply(op, { x }, { slope: 0 });
    using plan = await compile(ctx, tape, { keep: [y] });
    const values = Float32Array.from({ length: n }, (_, i) => (i % 7) - 3);
    plan.write(x, values);
    plan.run();
    const got = await plan.read(y);
    expect(got.findIndex((v, i) => v !== Math.max(values[i], 0))).toBe(-1);
  });
});
