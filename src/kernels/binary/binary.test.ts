import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './binary.ref.js';
import { op } from './index.js';

describe('binary', () => {
  for (const f of ['add', 'sub', 'mul', 'div', 'max', 'min', 'pow', 'prelu'] as const) {
    for (const [a, b] of [
      [
        [2, 3, 5, 7],
        [3, 1, 1],
      ],
      [
        [5, 1],
        [2, 3, 1, 7],
      ],
      [
        [3, 5],
        [3, 5],
      ],
      [
        [2, 1, 3, 1, 2, 1],
        [4, 1, 3, 1, 5],
      ],
    ]) {
      // Apart, so that no maximum is a tie; positive where a quotient or a logarithm is taken.
      const values = ['div', 'pow'].includes(f)
        ? { a: (v: number) => v + 1.6, b: (v: number) => v + 1.7 }
        : { b: (v: number) => v + 0.0123 };
      test(`${f} [${a}] [${b}]`, () =>
        checkOp(op, ref, {
          inputs: { a, b },
          attrs: { f },
          tolerance: { atol: 3e-5, rtol: 3e-5 },
          values,
        }));
    }
  }

  for (const f of ['greater', 'less', 'mod', 'fmod'] as const) {
    test(`${f}, and its gradient`, () =>
      checkOp(op, ref, {
        inputs: { a: [2, 3, 5, 7], b: [3, 1, 7] },
        attrs: { f },
        // Divisors far from 0, of both signs.
        values: { a: (v) => 5 * v, b: (v) => v + Math.sign(v) * 0.4 },
        tolerance: { atol: 3e-5, rtol: 3e-5 },
      }));
  }
  for (const f of [
    'greater',
    'greaterEqual',
    'less',
    'lessEqual',
    'equal',
    'and',
    'or',
    'xor',
    'mod',
    'fmod',
    'intDiv',
  ] as const) {
    test(`${f} of whole numbers, many of which are equal`, () =>
      checkOp(op, ref, {
        inputs: { a: [2, 3, 5, 7], b: [5, 1] },
        attrs: { f },
        values: {
          a: (v) => Math.round(v * 9),
          // Nothing is divided by 0.
          b: (v) => Math.round(v * 3) || (['mod', 'fmod', 'intDiv'].includes(f) ? 3 : 0),
        },
        wrt: [],
      }));
  }
  test('remainders and quotients of whole numbers are whole', async () => {
    const b = Array.from({ length: 4000 }, (_, i) => 1 + (i % 40));
    const a = b.map((v, i) => v * (1 + Math.floor(i / 40)));
    const tape = createTape();
    const leaves = { a: tape.leaf('a', f32(a.length)), b: tape.leaf('b', f32(a.length)) };
    const [mod, div] = (['mod', 'intDiv'] as const).map((f) => tape.apply(op, leaves, { f }));
    using plan = await compile(await testContext(), tape, { keep: [mod, div] });
    plan.write(leaves.a, Float32Array.from(a));
    plan.write(leaves.b, Float32Array.from(b));
    plan.run();
    expect(new Set(await plan.read(mod))).toEqual(new Set([0]));
    expect([...(await plan.read(div))]).toEqual(a.map((v, i) => v / b[i]));
  });
  test('intPow with exponents that are not whole is cut', () =>
    checkOp(op, ref, {
      inputs: { a: [3, 5], b: [3, 5] },
      attrs: { f: 'intPow' },
      values: { a: (v) => Math.round(Math.abs(v) * 9) + 2, b: (v) => Math.round(v * 12) / 4 + 0.1 },
      wrt: [],
    }));
  test('intPow of whole numbers is whole', () =>
    checkOp(op, ref, {
      inputs: { a: [4, 6], b: [6] },
      attrs: { f: 'intPow' },
      values: { a: (v) => Math.round(v * 9) || 1, b: (v) => Math.round(Math.abs(v) * 5) },
      tolerance: { atol: 0, rtol: 0 },
      wrt: [],
    }));
  test('NaN is neither equal to anything nor in order', async () => {
    const tape = createTape();
    const leaves = { a: tape.leaf('a', f32(2)), b: tape.leaf('b', f32(2)) };
    const all = (['greater', 'greaterEqual', 'less', 'lessEqual', 'equal'] as const).map((f) =>
      tape.apply(op, leaves, { f }),
    );
    using plan = await compile(await testContext(), tape, { keep: all });
    plan.write(leaves.a, Float32Array.of(Number.NaN, Number.NaN));
    plan.write(leaves.b, Float32Array.of(1, Number.NaN));
    plan.run();
    for (const y of all) expect([...(await plan.read(y))]).toEqual([0, 0]);
  });

  test('shapes that do not broadcast are named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { a: tape.leaf('a', f32(2, 3)), b: tape.leaf('b', f32(2)) }, { f: 'mul' });
    expect(apply).toThrow('mul: [2,3] and [2] do not broadcast to one shape of up to 6 axes');
  });
});
