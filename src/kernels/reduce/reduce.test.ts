import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp, distinct } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { argmax, op } from './index.js';
import { ref } from './reduce.ref.js';

describe('reduce rows', () => {
  for (const kind of ['sum', 'squares', 'distance'] as const) {
    for (const a of [
      [1, 1],
      [3, 7],
      [2, 3, 31, 11],
    ]) {
      test(`${kind} of [${a}]`, () =>
        checkOp(op, ref, { inputs: { a, b: a }, attrs: { kind }, wrt: [], tolerance: { atol: 1e-4, rtol: 1e-5 } }));
    }
  }
});

async function argmaxOf(values: Float32Array, rows: number): Promise<number[]> {
  const ctx = await testContext();
  const tape = createTape();
  const x = tape.leaf('x', f32(rows, values.length / rows));
  const at = tape.apply(argmax, { x }, {});
  using plan = await compile(ctx, tape, { keep: [at] });
  plan.write(x, values);
  plan.run();
  return Array.from(await plan.readU32(at));
}

describe('argmax of rows', () => {
  for (const [rows, size] of [
    [1, 1],
    [3, 5],
    [2, 256],
    [2, 1003],
  ]) {
    test(`[${rows},${size}]`, async () => {
      const values = distinct(rows * size, size);
      const want = Array.from({ length: rows }, (_, n) => {
        const row = values.subarray(n * size, (n + 1) * size);
        return row.indexOf(Math.max(...row));
      });
      expect(await argmaxOf(values, rows)).toEqual(want);
    });
  }

  test('the first of equal maxima', async () => {
    const values = new Float32Array(700).fill(-3);
    for (const i of [650, 401, 402]) values[i] = 2;
    expect(await argmaxOf(values, 1)).toEqual([401]);
  });
});
