// The time of a plan's launches, on an adapter that has timestamps.
import { expect, test } from 'vitest';
import { GpuError } from '../../src/core/errors.js';
import { f32 } from '../../src/core/shape.js';
import { compile } from '../../src/graph/plan.js';
import { profile } from '../../src/graph/profile.js';
import { createTape } from '../../src/graph/tape.js';
import { op as relu } from '../../src/kernels/relu/index.js';
import { op as softmax } from '../../src/kernels/softmax/index.js';
import { testContext } from '../support/device.js';

test('each launch has its time, and nothing is advanced', async () => {
  const ctx = await testContext();
  const tape = createTape();
  const x = tape.leaf('x', f32(300, 40));
  const y = tape.apply(softmax, { x: tape.apply(relu, { x }, { slope: 0.5 }) }, { from: 1, to: 2 });
  const plan = await compile(ctx, tape, { keep: [y] });
  if (ctx.device.features.has('timestamp-query')) {
    const times = await profile(plan);
    expect(times.map(({ kernel }) => kernel)).toEqual(['relu', 'softmax']);
    for (const { groups, ms } of times) {
      expect(groups.every((n) => n >= 1)).toBe(true);
      expect(ms).toBeGreaterThanOrEqual(0);
      expect(ms).toBeLessThan(10_000);
    }
    expect(plan.steps).toBe(0);
  } else {
    await expect(profile(plan)).rejects.toThrow(GpuError);
  }
  plan[Symbol.dispose]();
  await expect(profile(plan)).rejects.toThrow('disposed');
});
