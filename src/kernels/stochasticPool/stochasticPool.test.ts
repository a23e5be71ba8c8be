import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import type { PoolAttrs } from '../pooling.js';
import { op } from './index.js';
import { ref } from './stochasticPool.ref.js';

const window = (kernel: [number, number], stride: [number, number], more: Partial<PoolAttrs> = {}): PoolAttrs => ({
  ...{ kernel, stride, pad: [0, 0, 0, 0], rounding: 'ceil', global: false },
  ...more,
});

describe('stochasticPool', () => {
  for (const [name, attrs] of [
    ['overlapping windows', window([3, 3], [2, 2])],
    ['a window that hangs over both borders', window([4, 2], [3, 2])],
    ['windows apart', window([1, 2], [3, 3], { rounding: 'floor' })],
    ['the whole map', window([1, 1], [1, 1], { global: true })],
  ] as const) {
    test(`${name}, all active`, () =>
      checkOp(op, ref, { inputs: { x: [2, 3, 7, 9] }, attrs, values: { x: (v) => v + 1.1 } }));
  }

  test('windows without activity are 0, and so is their gradient', async () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(1, 1, 2, 4));
    const y = tape.apply(op, { x }, window([2, 2], [2, 2]));
    const seed = tape.leaf('seed', y);
    const [dx] = grad(tape, y, [x], { seed });
    using plan = await compile(await testContext(), tape, { keep: [y, dx] });
    plan.write(x, Float32Array.of(0, 0, 1, 2, 0, 0, 3, 4));
    plan.write(seed, Float32Array.of(1e3, 1));
    plan.run();
    // On the right Σ x = 10 and Σ x² = 30: y is 3 and dx is (2x · 10 − 30) / 100.
    const tolerance = { atol: 1e-6, rtol: 1e-6 };
    expectClose('y', await plan.read(y), [0, 3], y.shape, tolerance);
    expectClose('dx', await plan.read(dx), [0, 0, -0.1, 0.1, 0, 0, 0.3, 0.5], x.shape, tolerance);
  });

  test('a sum that is not positive gives 0', () =>
    checkOp(op, ref, {
      inputs: { x: [1, 2, 5, 7] },
      attrs: window([2, 3], [2, 3]),
      values: { x: (v) => v - 1.1 },
    }));

  test('a window larger than the image is named', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(1, 2, 3, 3)) }, window([4, 4], [1, 1]))).toThrow(
      'the window 4x4 is larger than the padded image (x [1,2,3,3])',
    );
  });
});
