import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { polar, preconditioned } from './index.js';
import { ref } from './spectrum.ref.js';

describe('spectrum', () => {
  // WGSL's sine and cosine may be off by 2^-11.
  const tolerance = { atol: 2 ** -11, rtol: 1e-5 };
  for (const [phase, most] of [
    [[1, 3, 7, 4], 3],
    [[3, 2, 5, 3], 3],
    [[2, 1, 9, 8], 40],
  ] as const) {
    test(`polar phase=[${phase}] to ±${most}`, () =>
      checkOp(polar, ref, {
        inputs: { phase, magnitude: phase.slice(1) },
        attrs: {},
        wrt: ['phase'],
        values: { phase: (v) => v * most },
        tolerance,
      }));
  }

  test('a preconditioned value is itself, and its gradient is weighed', async () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(2, 3, 2));
    const w = tape.constant('w', [3, 1], Float32Array.of(1, 2, 5));
    const seed = tape.leaf('seed', x);
    const y = tape.apply(preconditioned, { x, w }, {});
    const [dx] = grad(tape, y, [x], { seed });
    using plan = await compile(await testContext(), tape, { keep: [y, dx] });
    const values = Float32Array.from({ length: 12 }, (_, i) => i);
    plan.write(x, values);
    plan.write(seed, values);
    plan.run();
    expect([...(await plan.read(y))]).toEqual([...values]);
    expect([...(await plan.read(dx))]).toEqual([0, 1, 4, 6, 20, 25, 6, 7, 16, 18, 50, 55]);
  });

  test('a magnitude of another shape than the phases', () => {
    const tape = createTape();
    const inputs = { phase: tape.leaf('phase', f32(2, 3, 4)), magnitude: tape.leaf('magnitude', f32(3, 3)) };
    expect(() => tape.apply(polar, inputs, {})).toThrow(
      'polar: magnitude must be [3,4] (that of one phase), got [3,3]',
    );
  });
});
