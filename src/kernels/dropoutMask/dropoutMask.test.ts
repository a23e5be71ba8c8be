import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { distinct } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32, u32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './dropoutMask.ref.js';
import { dropoutMask } from './index.js';

describe('dropoutMask', () => {
  test('the same mask forward and backward, another at the next step', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const shape = [3, 37];
    const attrs = { ratio: 0.3, seed: 11 };
    const x = tape.leaf('x', f32(...shape));
    const step = tape.leaf('step', u32(1));
    const dy = tape.leaf('dy', f32(...shape));
    const y = tape.apply(dropoutMask, { x, step }, attrs);
    const [dx] = grad(tape, y, [x], { seed: dy });
    using plan = await compile(ctx, tape, { keep: [y, dx] });
    const values = distinct(111, 1);
    const cotangent = distinct(111, 2);
    plan.write(x, values);
    plan.write(dy, cotangent);
    const seen: string[] = [];
    for (const at of [0, 1, 7]) {
      plan.write(step, Uint32Array.of(at));
      plan.run();
      const tolerance = { atol: 1e-6, rtol: 1e-6 };
      const want = ref({ shape, data: Float64Array.from(values) }, at, attrs);
      const back = ref({ shape, data: Float64Array.from(cotangent) }, at, attrs);
      expectClose('forward', await plan.read(y), want.data, shape, tolerance);
      expectClose('backward', await plan.read(dx), back.data, shape, tolerance);
      seen.push(want.data.map(Math.abs).map(Math.sign).join(''));
    }
    expect(new Set(seen).size).toBe(3);
    // 0.7 · 111 with a standard deviation of 4.8.
    for (const kept of seen) expect(Math.abs([...kept].filter((c) => c === '1').length - 77.7)).toBeLessThan(20);
  });

  test('a ratio of one', () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(2));
    const step = tape.leaf('step', u32(1));
    expect(() => tape.apply(dropoutMask, { x, step }, { ratio: 1, seed: 0 })).toThrow(/dropout ratio.*below 1, got 1/);
  });
});
