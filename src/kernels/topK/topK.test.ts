import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './topK.ref.js';

describe('topK', () => {
  for (const least of [false, true]) {
    for (const [x, axis, k] of [
      [[2, 7, 3, 5], 1, 3],
      [[3, 101], -1, 5],
      [[2, 3, 5], 0, 2],
    ] as const) {
      const what = `the ${k} ${least ? 'least' : 'greatest'} of [${x}] along ${axis}`;
      test(what, () => checkOp(op, ref, { inputs: { x }, attrs: { axis, k, least, output: 'values' } }));
      test(`where ${what} are, of equal ones the first`, () =>
        checkOp(op, ref, {
          inputs: { x },
          attrs: { axis, k, least, output: 'indices' },
          values: { x: (v) => Math.round(v * 3) },
          wrt: [],
        }));
    }
  }

  test('NaN comes before any number, where the least are wanted too', async () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(5));
    const all = [false, true].map((least) => tape.apply(op, { x }, { axis: 0, k: 3, least, output: 'indices' }));
    using plan = await compile(await testContext(), tape, { keep: all });
    plan.write(x, Float32Array.of(5, Number.NaN, 3, Number.POSITIVE_INFINITY, -7));
    plan.run();
    expect([...(await plan.read(all[0]))]).toEqual([1, 3, 0]);
    expect([...(await plan.read(all[1]))]).toEqual([1, 4, 2]);
  });

  test('more than there are is named', () => {
    const tape = createTape();
    const attrs = { axis: 1, k: 4, least: false, output: 'values' } as const;
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, attrs)).toThrow(
      'topK: k must be from 1 to the size of axis 1 of x [2,3], got 4',
    );
  });
});
