import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { contextWith } from '../../../test/support/device.js';
import { checkOp, distinct, everywhere } from '../../../test/support/op.js';
import { f32, sizeOf } from '../../core/shape.js';
import type { Context } from '../../gpu/context.js';
import { WAYS, type Way } from '../../gpu/rows.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './channelMax.ref.js';
import { op } from './index.js';

/** Only copies: nothing is rounded. */
const EXACT = { atol: 0, rtol: 0 };

const WAYS_AND_TRAITS = WAYS.flatMap((way) =>
  [{}, { software: false }, { subgroupSize: 0 }].map((traits) => ({ way, traits })),
);

async function maxima(ctx: Context, x: Float32Array, shape: readonly number[], way: Way): Promise<number[]> {
  const tape = createTape();
  const leaf = tape.leaf('x', f32(...shape));
  const y = tape.apply(op, { x: leaf }, {});
  using plan = await compile(ctx, tape, { keep: [y], choices: everywhere(way) });
  plan.write(leaf, x);
  plan.run();
  return Array.from(await plan.read(y));
}

describe('channelMax', () => {
  for (const x of [
    [1, 1],
    [3, 70],
    [2, 5, 1, 1],
    [2, 3, 5, 7],
    [3, 11, 9, 4],
    [2, 3, 33, 37],
    [1, 2, 64, 65],
    [3, 30, 2, 2],
  ]) {
    test(`x=[${x}]`, () => checkOp(op, ref, { inputs: { x }, attrs: {}, wrt: [], tolerance: EXACT }));
    for (const { way, traits } of WAYS_AND_TRAITS) {
      test(`x=[${x}], the first of equal maxima, zeros of both signs among them, a ${way} each ${JSON.stringify(traits)}`, async () => {
        const values = distinct(sizeOf(x), 2).map((v) => Math.min(Math.round(v * 2), 0) * 3);
        const want = ref({ x: { shape: x, data: Float64Array.from(values) } });
        expectClose(
          'channelMax',
          await maxima(await contextWith(traits), values, x, way),
          want.data,
          want.shape,
          EXACT,
        );
      });
    }
  }

  for (const shape of [
    [1, 2, 3, 5],
    [1, 2, 8, 9],
    [1, 2, 40, 40],
  ]) {
    const size = sizeOf(shape) / 2;
    test.each(WAYS_AND_TRAITS)(
      `NaN of either sign is found in [${shape}], infinity is a number; a $way each $traits`,
      async ({ way, traits }) => {
        const ctx = await contextWith(traits);
        const x = new Float32Array(2 * size).fill(-3);
        x[5] = Number.NaN;
        x[9] = Number.POSITIVE_INFINITY;
        x[size + 7] = Number.POSITIVE_INFINITY;
        expect(await maxima(ctx, x, shape, way)).toEqual([Number.NaN, 5, Number.POSITIVE_INFINITY, 7]);
        new Uint32Array(x.buffer)[5] = 0xffc00000;
        expect((await maxima(ctx, x, shape, way)).slice(0, 2)).toEqual([Number.NaN, 5]);
        expect(await maxima(ctx, new Float32Array(2 * size).fill(Number.NEGATIVE_INFINITY), shape, way)).toEqual([
          Number.NEGATIVE_INFINITY,
          0,
          Number.NEGATIVE_INFINITY,
          0,
        ]);
      },
    );
  }

  test('a shape without channels is named', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(4)) }, {})).toThrow('channel_max: x must be [N,C,...]');
  });
});
