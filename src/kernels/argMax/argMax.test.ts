import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { WAYS } from '../../gpu/rows.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './argMax.ref.js';
import { op } from './index.js';

describe('argMax', () => {
  for (const least of [false, true]) {
    for (const last of [false, true]) {
      for (const [x, axis] of [
        [[2, 7, 3, 5], -3],
        [[3, 1203], 1],
      ] as const) {
        test(`${least ? 'least' : 'greatest'} of [${x}] along ${axis}, ${last ? 'last' : 'first'} of several`, () =>
          checkOp(op, ref, {
            inputs: { x },
            attrs: { axis, keep: last, least, last },
            // Few distinct values, so that there are several.
            values: { x: (v) => Math.round(v * 2) },
            wrt: [],
            variants: WAYS,
          }));
      }
    }
  }

  test('NaN of either sign is found, the first or the last of several, and zeros of both signs are equal', async () => {
    const places = async (values: readonly number[]) => {
      const tape = createTape();
      const x = tape.leaf('x', f32(1, values.length));
      const all = [false, true].flatMap((least) =>
        [false, true].map((last) => tape.apply(op, { x }, { axis: 1, keep: false, least, last })),
      );
      using plan = await compile(await testContext(), tape, { keep: all });
      const data = new Float32Array(values);
      // Another NaN, of another sign.
      data.forEach((v, i) => {
        if (i === 3 && Number.isNaN(v)) new Uint32Array(data.buffer)[i] = 0xffc00001;
      });
      plan.write(x, data);
      plan.run();
      return Promise.all(all.map(async (y) => (await plan.read(y))[0]));
    };
    expect(await places([5, Number.NaN, 3, Number.NaN, -7])).toEqual([1, 3, 1, 3]);
    expect(await places([-0, 0, -0])).toEqual([0, 2, 0, 2]);
  });

  test('an axis outside is named', () => {
    const tape = createTape();
    const attrs = { axis: 2, keep: true, least: false, last: false };
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, attrs)).toThrow(
      'argMax: axis 2 is outside a shape of rank 2',
    );
  });
});
