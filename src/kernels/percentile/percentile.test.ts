import { describe, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { contextWith } from '../../../test/support/device.js';
import { everywhere } from '../../../test/support/op.js';
import { createRng } from '../../core/rng.js';
import { f32 } from '../../core/shape.js';
import type { Context } from '../../gpu/context.js';
import { WAYS, type Way } from '../../gpu/rows.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { op, percentileRank } from './index.js';
import { ref } from './percentile.ref.js';

/** The percentile of f32 values interpolates in f32: one rounding of each of three operations. */
const TOLERANCE = { atol: 1e-6, rtol: 1e-6 };

async function check(values: Float32Array, rows: number, percents: number[]): Promise<void> {
  for (const traits of [{}, { software: false }, { subgroupSize: 0 }, { software: false, subgroupSize: 0 }]) {
    const ctx = await contextWith(traits);
    for (const way of WAYS) await checkAs(ctx, way, values, rows, percents);
  }
}

async function checkAs(ctx: Context, way: Way, values: Float32Array, rows: number, percents: number[]): Promise<void> {
  const size = values.length / rows;
  const tape = createTape();
  const x = tape.leaf('x', f32(rows, size));
  const rank = tape.param('rank', 'u32', 0);
  const fraction = tape.param('fraction', 'f32', 0);
  const t = tape.apply(op, { x }, { rank, fraction, active: 1 });
  using plan = await compile(ctx, tape, { keep: [t], choices: everywhere(way) });
  plan.write(x, values);
  for (const q of percents) {
    const at = percentileRank(q, size);
    plan.set(rank, at.rank);
    plan.set(fraction, at.fraction);
    plan.run();
    const got = await plan.read(t);
    const want = ref({ x: { shape: [rows, size], data: Float64Array.from(values) } }, q);
    expectClose(`percentile ${q} of [${rows},${size}], a ${way} each`, got, want.data, want.shape, TOLERANCE);
  }
}

const PERCENTS = [0, 1, 12.5, 20, 50, 66.6, 90, 99, 100];

describe('percentile', () => {
  for (const [rows, size] of [
    [1, 1],
    [1, 2],
    [2, 7],
    [3, 255],
    [1, 257],
    [2, 5000],
  ]) {
    test(`normal values [${rows},${size}]`, () => {
      const rng = createRng(size);
      return check(
        Float32Array.from({ length: rows * size }, () => rng.normal() * 100),
        rows,
        PERCENTS,
      );
    });
  }

  test('ties: most values are zero, as in an image that was clipped before', () => {
    const rng = createRng(3);
    const values = Float32Array.from({ length: 999 }, () => (rng.uniform() < 0.7 ? 0 : rng.normal()));
    return check(values, 1, PERCENTS);
  });

  test('all equal, and minus zero beside zero', () => check(Float32Array.from([0, -0, 0, -0, 0]), 1, PERCENTS));

  test('values of very different size, both signs', () =>
    check(Float32Array.from([1e30, -1e30, 1e-30, -1e-30, 0, 3, -3, 1e5, 7]), 1, [0, 25, 50, 75, 100]));
});
