import { describe, expect, test } from 'vitest';
import { expectClose } from '../../../test/support/close.js';
import { testContext } from '../../../test/support/device.js';
import { distinct } from '../../../test/support/op.js';
import { f32, u32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape, type Op } from '../../graph/tape.js';
import { bilateral, median } from './index.js';
import { bilateralRef, medianRef } from './windowFilter.ref.js';

async function filtered<A>(op: Op<'x' | 'mean' | 'step', A>, shape: readonly number[], attrs: A, step = 0, many = 1) {
  const tape = createTape();
  const [N, ...image] = shape;
  const size = image.reduce((a, b) => a * b, 1);
  const mean = Float32Array.from({ length: size }, (_, i) => 100 + (i % 5));
  // Of `many` values, many are alike.
  const x = distinct(N * size, 6).map((v) => Math.round((120 * v) / many) * many);
  const values = {
    x: tape.leaf('x', f32(...shape)),
    mean: tape.constant('mean', image, mean),
    step: tape.leaf('step', u32(1)),
  };
  const y = tape.apply(op, values, attrs);
  using plan = await compile(await testContext(), tape, { keep: [y] });
  plan.write(values.x, x);
  plan.write(values.step, Uint32Array.of(step));
  plan.run();
  const tensors = { x: { shape, data: Float64Array.from(x) }, mean: { shape: image, data: Float64Array.from(mean) } };
  return { x, y: await plan.read(y), tensors };
}

const SHAPES = [
  [2, 3, 7, 5],
  [1, 5, 4, 9],
  [3, 1, 1, 6],
];

describe('bilateral', () => {
  for (const shape of SHAPES) {
    for (const [sigma, rho] of [
      [1.5, 30],
      [0.4, 500],
      [3, 1],
    ]) {
      test(`σ = ${sigma}, ρ = ${rho} of [${shape}]`, async () => {
        const { y, tensors } = await filtered(bilateral, shape, { sigma, rho, every: 1 });
        const want = bilateralRef(tensors, { sigma, rho });
        // Values up to 255 of seven digits, and an exponential of their squares.
        expectClose('bilateral', y, want.data, shape, { atol: 1e-2, rtol: 1e-4 });
      });
    }
  }
});

describe('median', () => {
  for (const shape of SHAPES) {
    for (const [radius, many] of [
      [1, 1],
      [1, 40],
      [2, 1],
      [3, 17],
    ]) {
      test(`radius ${radius} of [${shape}], values every ${many}`, async () => {
        const { y, tensors } = await filtered(median, shape, { radius, every: 1 }, 0, many);
        expectClose('median', y, medianRef(tensors, { radius }).data, shape, { atol: 1e-4, rtol: 0 });
      });
    }
  }
});

describe('filters', () => {
  test('change nothing on other steps, or without a width', async () => {
    const [shape] = SHAPES;
    for (const { x, y } of [
      await filtered(bilateral, shape, { sigma: 1, rho: 100, every: 2 }, 3),
      await filtered(bilateral, shape, { sigma: 1, rho: 100, every: 0 }),
      await filtered(median, shape, { radius: 1, every: 2 }, 3),
      await filtered(median, shape, { radius: 1, every: 0 }),
      await filtered(median, shape, { radius: 0, every: 1 }),
    ]) {
      expect([...y]).toEqual([...x]);
    }
    const { x, y } = await filtered(median, shape, { radius: 1, every: 2 }, 4);
    expect([...y]).not.toEqual([...x]);
  });

  test('a mean of another size', async () => {
    const tape = createTape();
    const inputs = {
      x: tape.leaf('x', f32(2, 3, 4, 5)),
      mean: tape.leaf('mean', f32(3)),
      step: tape.leaf('step', u32(1)),
    };
    expect(() => tape.apply(median, inputs, { radius: 1, every: 1 })).toThrow(/median: mean must be \[3,4,5\]/);
    expect(() => tape.apply(bilateral, inputs, { sigma: 1, rho: 1, every: 1 })).toThrow(
      /bilateral: mean must be \[3,4/,
    );
  });
});
