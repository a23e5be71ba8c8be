import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp, distinct } from '../../../test/support/op.js';
import { grad } from '../../autodiff/grad.js';
import { f32, sizeOf, u32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { selectEach } from './each.js';
import { op } from './index.js';
import { ref } from './select.ref.js';

describe('select', () => {
  for (const [x, index] of [
    [[1, 4], 3],
    [[3, 5, 3, 7], 52],
    [[2, 70], 0],
  ] as const) {
    test(`x=[${x}] index=${index}`, () => checkOp(op, (i) => ref(i, { index }), { inputs: { x }, attrs: { index } }));
  }

  test('an index outside the layer is named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { x: tape.leaf('x', f32(1, 2, 3)) }, { index: 6 });
    expect(apply).toThrow('select: index 6 is outside [2,3] (6 elements)');
  });
});

describe('select, each image at a place of its own', () => {
  for (const [x, places] of [
    [[1, 4], [3]],
    [
      [3, 5, 3, 7],
      [52, 0, 104],
    ],
    [
      [2, 70],
      [69, 69],
    ],
  ] as const) {
    test(`x=[${x}] at=[${places}]`, async () => {
      const ctx = await testContext();
      const tape = createTape();
      const leaf = tape.leaf('x', f32(...x));
      const at = tape.leaf('at', u32(x[0]));
      const y = tape.apply(selectEach, { x: leaf, at }, {});
      const seed = tape.leaf('seed', y);
      const [dx] = grad(tape, y, [leaf], { seed });
      using plan = await compile(ctx, tape, { keep: [y, dx] });
      const values = distinct(sizeOf(x), 1);
      const dy = distinct(x[0], 2);
      plan.write(leaf, values);
      plan.write(at, Uint32Array.from(places));
      plan.write(seed, dy);
      plan.run();
      const size = values.length / x[0];
      const wantedDx = new Float32Array(values.length);
      for (const [n, place] of places.entries()) wantedDx[n * size + place] = dy[n];
      // Copies of f32 values: exact.
      expect(await plan.read(y)).toEqual(Float32Array.from(places, (place, n) => values[n * size + place]));
      expect(await plan.read(dx)).toEqual(wantedDx);
    });
  }

  test('places of another batch are named', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(2, 3)), at: tape.leaf('at', u32(3)) };
    expect(() => tape.apply(selectEach, inputs, {})).toThrow('select_each: at must be [2] (one place for each image)');
  });
});
