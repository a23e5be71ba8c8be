import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { WAYS } from '../../gpu/rows.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './avgPool.ref.js';
import { type Attrs, op } from './index.js';

const plain: Attrs = {
  kernel: [3, 3],
  stride: [2, 2],
  pad: [0, 0, 0, 0],
  rounding: 'ceil',
  global: false,
  divisor: 'padded',
};
const cases: [x: number[], attrs: Partial<Attrs>][] = [
  [[1, 1, 4, 4], { pad: [1, 1, 1, 1] }],
  [[1, 1, 4, 4], { pad: [1, 1, 1, 1], divisor: 'valid' }],
  [[2, 3, 8, 6], {}],
  [[2, 3, 8, 6], { rounding: 'floor', divisor: 'valid' }],
  [[1, 2, 9, 11], { kernel: [2, 3], stride: [3, 1] }],
  [[1, 2, 6, 5], { kernel: [4, 3], pad: [2, 0, 1, 1], stride: [3, 2] }],
  [[1, 2, 6, 5], { kernel: [4, 3], pad: [2, 0, 1, 1], stride: [3, 2], divisor: 'valid' }],
  [[3, 5, 7, 4], { global: true }],
];

describe('avgPool', () => {
  for (const [x, attrs] of cases) {
    const all = { ...plain, ...attrs };
    test(`x=[${x}] ${JSON.stringify(attrs)}`, () => checkOp(op, ref, { inputs: { x }, attrs: all }));
  }

  for (const [x, global] of [
    [[3, 5, 2, 3], true],
    [[2, 7, 5, 9], false],
    [[2, 3, 33, 37], true],
    [[3, 23, 3, 3], true],
  ] as const) {
    const attrs: Attrs = { ...plain, kernel: [x[2], x[3]], global };
    test(`the whole map of x=[${x}]`, () => checkOp(op, ref, { inputs: { x }, attrs, variants: WAYS }));
  }

  test('the values that Caffe and PyTorch give for 1..16, k3 s2 p1 ceil', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', f32(1, 1, 4, 4));
    const y = tape.apply(op, { x }, { ...plain, pad: [1, 1, 1, 1] });
    using plan = await compile(ctx, tape, { keep: [y] });
    plan.write(
      x,
      Float32Array.from({ length: 16 }, (_, i) => i + 1),
    );
    plan.run();
    const got = Array.from(await plan.read(y), (v) => Number(v.toFixed(4)));
    expect(got).toEqual([1.5556, 3.3333, 2, 6.3333, 11, 6, 4.5, 7.5, 4]);
  });
});
