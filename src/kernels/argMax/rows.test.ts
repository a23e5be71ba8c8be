import { describe, expect, test } from 'vitest';
import { contextWith } from '../../../test/support/device.js';
import { distinct, everywhere } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import type { Context } from '../../gpu/context.js';
import { WAYS, type Way } from '../../gpu/rows.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { argMaxRows } from './rows.js';

async function firstMaxima(values: Float32Array, rows: number, ctx: Context, way: Way): Promise<number[]> {
  const tape = createTape();
  const x = tape.leaf('x', f32(rows, values.length / rows));
  const at = tape.apply(argMaxRows, { x }, {});
  using plan = await compile(ctx, tape, { keep: [at], choices: everywhere(way) });
  plan.write(x, values);
  plan.run();
  return Array.from(await plan.readU32(at));
}

for (const way of WAYS) {
  for (const traits of [{}, { software: false }, { subgroupSize: 0 }]) {
    describe(`arg_max_rows, a ${way} each, ${JSON.stringify(traits)}`, () => {
      for (const [rows, size] of [
        [1, 1],
        [3, 5],
        [67, 9],
        [2, 256],
        [2, 1203],
      ]) {
        test(`[${rows},${size}]`, async () => {
          const values = distinct(rows * size, size);
          const want = Array.from({ length: rows }, (_, n) => {
            const row = values.subarray(n * size, (n + 1) * size);
            return row.indexOf(Math.max(...row));
          });
          expect(await firstMaxima(values, rows, await contextWith(traits), way)).toEqual(want);
        });
      }

      test('the first of equal maxima, and NaN before numbers', async () => {
        const ctx = await contextWith(traits);
        const values = new Float32Array(700).fill(-3);
        for (const i of [650, 401, 402]) values[i] = 2;
        expect(await firstMaxima(values, 1, ctx, way)).toEqual([401]);
        values[402] = Number.NaN;
        values[650] = Number.POSITIVE_INFINITY;
        expect(await firstMaxima(values, 1, ctx, way)).toEqual([402]);
      });
    });
  }
}
