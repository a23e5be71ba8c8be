import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './gather.ref.js';
import { op } from './index.js';

describe('gather', () => {
  for (const [x, at, axis] of [
    [[2, 5, 3, 7], [2, 4], 1],
    [[5, 3], [], 0],
    [[2, 3, 5], [11], -1],
  ] as [number[], number[], number][]) {
    test(`[${x}] by [${at}] along ${axis}, some twice, some never`, () =>
      checkOp(op, ref, {
        inputs: { x, at },
        attrs: { axis },
        // From −3 to 2, whatever their number is.
        values: { at: (v) => Math.round(v * 2.5) },
        wrt: ['x'],
      }));
  }

  test('an index outside gives NaN', async () => {
    const tape = createTape();
    const [x, at] = [tape.leaf('x', f32(2)), tape.leaf('at', f32(4))];
    const y = tape.apply(op, { x, at }, { axis: 0 });
    using plan = await compile(await testContext(), tape, { keep: [y] });
    plan.write(x, Float32Array.of(5, 7));
    plan.write(at, Float32Array.of(-1, 2, -3, 0));
    plan.run();
    expect([...(await plan.read(y))]).toEqual([7, Number.NaN, Number.NaN, 5]);
  });

  test('an axis outside is named', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(2, 3)), at: tape.leaf('at', f32(2)) };
    expect(() => tape.apply(op, inputs, { axis: 2 })).toThrow('gather: axis 2 is outside a shape of rank 2');
  });
});
