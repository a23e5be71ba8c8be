import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp, distinct } from '../../../test/support/op.js';
import { f32, u32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { scoreRef, zeroRef } from './ascent.ref.js';
import { COLUMNS, choose, clipPixels, count, decayed, pixelScore, stepRate, stepUp, zeroBelow } from './index.js';

const X = [2, 3, 7, 5];

describe('parts of an ascent step', () => {
  for (const kind of ['value', 'norm', 'benefit', 'contribution'] as const) {
    test(`score by ${kind}`, () =>
      checkOp(pixelScore, (i) => scoreRef(i, kind), {
        inputs: { x: X, g: X },
        attrs: { kind, active: 1 },
        wrt: [],
      }));
  }

  for (const s of [X, [2, 7, 5]]) {
    test(`zero below a bound, scores [${s}]`, () =>
      checkOp(zeroBelow, zeroRef, { inputs: { x: X, s, threshold: [2, 2] }, attrs: { active: 1 }, wrt: [] }));
  }

  test('zero nothing while inactive', () =>
    checkOp(zeroBelow, ({ x }) => x, { inputs: { x: X, s: X, threshold: [2, 2] }, attrs: { active: 0 }, wrt: [] }));

  test('clip to pixels around the mean', () =>
    checkOp(
      clipPixels,
      ({ x, mean }) => ({
        shape: x.shape,
        data: x.data.map((v, i) => Math.min(Math.max(v + mean.data[i % 105], 0), 255) - mean.data[i % 105]),
      }),
      {
        inputs: { x: X, mean: [3, 7, 5] },
        attrs: { low: 0, high: 255 },
        wrt: [],
        values: { x: (v) => v * 300, mean: (v) => 100 + 20 * v },
        tolerance: { atol: 1e-4, rtol: 0 },
      },
    ));

  for (const rate of [[2], [1]]) {
    test(`step along a direction, ${rate} rates for 2 images`, () =>
      checkOp(
        stepUp,
        ({ x, d, rate: r }) => ({
          shape: x.shape,
          data: x.data.map((v, i) => v + r.data[rate[0] === 1 ? 0 : Math.floor(i / 105)] * d.data[i]),
        }),
        { inputs: { x: X, d: X, rate }, attrs: {}, wrt: [] },
      ));
  }

  test('decay', () =>
    checkOp(decayed, ({ x }) => ({ shape: x.shape, data: x.data.map((v) => v * 0.75) }), {
      inputs: { x: X },
      attrs: { share: 0.25 },
      wrt: [],
    }));

  for (const [policy, want] of [
    [0, () => 3],
    [1, (_: number, gg: number) => (gg > 0 ? Math.min(3, 0.5 / gg) : 3)],
    [2, (obj: number, gg: number) => (gg > 0 ? Math.min(3, Math.min(0.5, 0.8 * (1 - obj)) / gg) : 3)],
  ] as const) {
    test(`rate by policy ${policy}, also where the gradient is zero`, () =>
      checkOp(
        stepRate,
        ({ objective, gg }) => ({ shape: gg.shape, data: gg.data.map((v, i) => want(objective.data[i], v)) }),
        {
          inputs: { objective: [5], gg: [5] },
          attrs: { policy, rate: 3, wanted: 0.5, late: 0.8 },
          wrt: [],
          values: { gg: (v) => Math.max(v, 0) },
        },
      ));
  }

  test('choose by a column of each image’s row', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const a = tape.leaf('a', f32(2, 3));
    const b = tape.leaf('b', f32(2, 3));
    const state = tape.leaf('state', f32(2, COLUMNS.length));
    const y = tape.apply(choose, { a, b, state }, { column: 'isBest' });
    using plan = await compile(ctx, tape, { keep: [y] });
    const [va, vb] = [distinct(6, 1), distinct(6, 2)];
    const rows = new Float32Array(2 * COLUMNS.length);
    rows[COLUMNS.length + COLUMNS.indexOf('isBest')] = 1;
    plan.write(a, va);
    plan.write(b, vb);
    plan.write(state, rows);
    plan.run();
    expect(await plan.read(y)).toEqual(Float32Array.of(vb[0], vb[1], vb[2], va[3], va[4], va[5]));
  });

  test('count', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', u32(1));
    tape.assign(x, tape.apply(count, { x }, {}));
    using plan = await compile(ctx, tape);
    plan.run({ steps: 5 });
    expect(Array.from(await plan.readU32(x))).toEqual([5]);
  });
});
