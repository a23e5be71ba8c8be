import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { FUNCTIONS, type FunctionName } from './functions.js';
import { op } from './index.js';
import { ref } from './trigonometry.ref.js';

/** The ranges in which each function is tried: near 0, and far out. */
const RANGES: Record<FunctionName, ((v: number) => number)[]> = {
  sin: [(v) => 3 * v, (v) => 500 * v],
  cos: [(v) => 3 * v, (v) => 500 * v],
  tan: [(v) => 1.3 * v],
  asin: [(v) => 0.99 * v],
  acos: [(v) => 0.99 * v],
  atan: [(v) => v, (v) => 30 * v],
  sinh: [(v) => 0.3 * v, (v) => 3 * v],
  cosh: [(v) => 3 * v],
  asinh: [(v) => 0.6 * v, (v) => 40 * v],
  acosh: [(v) => v + 2.05, (v) => 40 * v + 42],
  atanh: [(v) => 0.98 * v],
};

describe('trigonometry', () => {
  for (const f of Object.keys(FUNCTIONS) as FunctionName[]) {
    RANGES[f].forEach((range, i) => {
      test(`${f} ${i === 0 ? 'near 0' : 'far out'}`, () =>
        checkOp(op, ref, {
          inputs: { x: [2, 3, 7, 5] },
          attrs: { f },
          values: { x: range },
          // Slopes of up to 50 near the ends of the domain multiply the rounding of x.
          tolerance: { atol: 1e-5, rtol: 3e-5 },
        }));
    });
  }

  test('outside of where they are defined, inverse functions give NaN', async () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(1));
    const all = (['asin', 'acos', 'acosh', 'atanh'] as const).map((f) => tape.apply(op, { x }, { f }));
    using plan = await compile(await testContext(), tape, { keep: all });
    plan.write(x, Float32Array.of(-1.5));
    plan.run();
    for (const y of all) expect([...(await plan.read(y))]).toEqual([Number.NaN]);
  });

  test('sin and cos of 0 are exact', async () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(1));
    const all = (['sin', 'cos'] as const).map((f) => tape.apply(op, { x }, { f }));
    using plan = await compile(await testContext(), tape, { keep: all });
    plan.run();
    expect([(await plan.read(all[0]))[0], (await plan.read(all[1]))[0]]).toEqual([0, 1]);
  });
});
