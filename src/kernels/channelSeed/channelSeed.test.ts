import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp, distinct } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { op as reduction } from '../reduction/index.js';
import { ref } from './channelSeed.ref.js';
import { op, SEED_MODES } from './index.js';

const X = [2, 5, 7, 3];

describe('seed of a back-projection', () => {
  for (const [mode, name] of SEED_MODES.entries()) {
    test(`${name}, maps and vectors`, async () => {
      for (const x of [X, [3, 7]]) {
        const attrs = { channel: 4, mode };
        await checkOp(op, (inputs) => ref(inputs, attrs), { inputs: { x, top: x.slice(0, 2) }, attrs, wrt: [] });
      }
    });
  }

  test('1 at the maximum of the channel, and nowhere else', async () => {
    const ctx = await testContext();
    const tape = createTape();
    const x = tape.leaf('x', f32(...X));
    const top = tape.apply(reduction, { x }, { kind: 'max', axes: [2, 3], keep: false });
    const y = tape.apply(op, { x, top }, { channel: 2, mode: 1 });
    using plan = await compile(ctx, tape, { keep: [y] });
    const values = distinct(210, 3);
    plan.write(x, values);
    plan.run();
    const seed = await plan.read(y);
    const wanted = [0, 1].map((n) => {
      const from = (n * 5 + 2) * 21;
      const map = values.subarray(from, from + 21);
      return from + map.indexOf(Math.max(...map));
    });
    expect(Array.from(seed.keys()).filter((i) => seed[i] !== 0)).toEqual(wanted);
    expect(wanted.map((i) => seed[i])).toEqual([1, 1]);
  });

  test('maxima of another shape', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(...X)), top: tape.leaf('top', f32(5)) };
    expect(() => tape.apply(op, inputs, { channel: 0, mode: 0 })).toThrow(/channel_seed: top/);
  });
});
