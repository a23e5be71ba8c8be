import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32 } from '../../core/shape.js';
import { WAYS } from '../../gpu/rows.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './fc.ref.js';
import { op } from './index.js';

describe('fc', () => {
  for (const [x, w, axis] of [
    [[1, 7], [3, 7], 1],
    [[3, 2, 3, 5], [11, 30], 1],
    [[2, 3, 4, 7], [5, 7], 3],
    [[2, 129], [70, 129], 1],
    [[1, 132], [7, 132], 1],
    [[5, 4, 3, 3], [13, 36], 1],
    [[9, 260], [129, 260], 1],
    // More images than are made at once.
    [[11, 68], [9, 68], 1],
    [[1, 260], [203, 260], 1],
  ] as const) {
    const inputs = { x, w, b: [w[0]] };
    test(`x=[${x}] w=[${w}] axis=${axis}`, () => checkOp(op, ref, { inputs, attrs: { axis } }));
    test(`frozen x=[${x}] w=[${w}] axis=${axis}`, () =>
      checkOp(op, ref, {
        inputs,
        attrs: { axis },
        frozen: ['w', 'b'],
        variants: w[0] > 20 || w[1] % 4 > 0 ? WAYS : [],
      }));
  }

  test('relu fused', () =>
    checkOp(op, ref, { inputs: { x: [2, 9], w: [5, 9], b: [5] }, attrs: { axis: 1, relu: 0.2 }, wrt: [] }));

  test.each([1, 3])('rows without a cotangent add nothing, batch %i', async (N) => {
    const [M, K] = [203, 260];
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', f32(N, K));
    const dy = tape.leaf('dy', f32(N, M));
    const w = Float32Array.from({ length: M * K }, (_, i) => ((i * 7919) % 1013) / 1013 - 0.5);
    const b = tape.constant('b', [M], new Float32Array(M));
    const [dx] = grad(tape, tape.apply(op, { x, w: tape.constant('w', [M, K], w), b }, { axis: 1 }), [x], { seed: dy });
    using plan = await compile(ctx, tape, { keep: [dx] });
    // All zero over whole shares of the rows, then one row, then each second one.
    for (const isSet of [(m: number) => m === 201, (m: number) => m % 2 === 1 && m < 90]) {
      const seed = Float32Array.from({ length: N * M }, (_, i) => (isSet(i % M) ? 1 + (i % 5) : 0));
      plan.write(dy, seed);
      plan.run();
      const got = await plan.read(dx);
      for (let i = 0; i < N * K; i++) {
        const n = Math.floor(i / K);
        let want = 0;
        for (let m = 0; m < M; m++) want += seed[n * M + m] * w[m * K + (i % K)];
        expect(Math.abs(got[i] - want)).toBeLessThan(1e-4);
      }
    }
  });

  test('weights that do not fit are named', () => {
    const tape = createTape();
    const leaf = (name: string, ...shape: number[]) => tape.leaf(name, f32(...shape));
    const apply = () => tape.apply(op, { x: leaf('x', 1, 2, 3), w: leaf('w', 4, 5), b: leaf('b', 4) }, { axis: 1 });
    expect(apply).toThrow('fc: w must be [M,6] for x [1,2,3] from axis 1, got [4,5]');
  });
});
