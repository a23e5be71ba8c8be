import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { FUNCTIONS, type FunctionName, type Parameters } from './functions.js';
import { op } from './index.js';
import { ref } from './pointwise.ref.js';

/** Parameters of each function, and the range in which it is defined. */
const CASES: Record<FunctionName, [parameters: Partial<Parameters>, values?: (v: number) => number][]> = {
  abs: [[{}]],
  neg: [[{}]],
  exp: [[{ a: 1, b: 0 }], [{ a: -0.7, b: 0.3 }]],
  log: [[{ a: 1, b: 0, c: 1 }, (v) => v + 1.1], [{ a: 0.5, b: 1, c: 2 }]],
  sqrt: [[{}, (v) => v + 1.1]],
  power: [
    [{ a: 1, b: 0, c: 2 }],
    [{ a: 1, b: 0, c: 3 }],
    [{ a: 2, b: 3, c: 0.5 }],
    [{ a: 1, b: 2, c: -1.5 }],
    [{ a: 1, b: 0, c: 1 }],
    [{ a: 1, b: 0, c: 0 }],
  ],
  sigmoid: [[{}, (v) => 9 * v]],
  tanh: [
    [{}, (v) => 4 * v],
    [{}, (v) => 0.2 * v],
  ],
  softplus: [[{}, (v) => 12 * v]],
  softsign: [[{}, (v) => 3 * v]],
  elu: [[{ a: 1, b: 1, c: 1 }, (v) => 3 * v], [{ a: 1.7581, b: 1.0507, c: 1 }], [{ a: 2, b: 1, c: 0.5 }]],
  threshold: [[{ a: 0.3117 }]],
  clip: [[{ a: -0.512, b: 0.413 }]],
  hardSigmoid: [[{ a: 0.9, b: 0.5 }]],
  hardSwish: [[{ a: 1 / 6, b: 0.5 }, (v) => 5 * v]],
  swish: [[{ a: 1.3 }, (v) => 4 * v]],
  mish: [[{}, (v) => 4 * v]],
  erf: [[{}, (v) => 3 * v]],
  gelu: [[{}, (v) => 3 * v]],
  geluTanh: [[{}, (v) => 3 * v]],
  reciprocal: [[{}, (v) => v + 1.5]],
  floor: [[{}, (v) => 3.7 * v]],
  ceil: [[{}, (v) => 3.7 * v]],
  round: [[{}, (v) => 3.7 * v]],
  trunc: [[{}, (v) => 3.7 * v]],
  sign: [[{}]],
  not: [[{}]],
  nonZero: [[{}]],
  isNaN: [[{}]],
  isInf: [[{ a: 1, b: 1 }]],
};

describe('pointwise', () => {
  for (const f of Object.keys(FUNCTIONS) as FunctionName[]) {
    for (const [parameters, values] of CASES[f]) {
      test(`${f} ${JSON.stringify(parameters)}`, () =>
        checkOp(op, ref, {
          inputs: { x: [2, 3, 7, 5] },
          attrs: { f, a: 0, b: 0, c: 0, ...parameters },
          // exp, log and pow of WGSL are good to a few ulp of their argument, not of their result.
          tolerance: { atol: 1e-5, rtol: 3e-5 },
          ...(values && { values: { x: values } }),
        }));
    }
  }

  /** A function of numbers that have no neighbours: halves, zeros, what is not a number. */
  const of = async (f: FunctionName, values: readonly number[], parameters: Partial<Parameters> = {}) => {
    const tape = createTape();
    const x = tape.leaf('x', f32(values.length));
    const y = tape.apply(op, { x }, { f, a: 0, b: 0, c: 0, ...parameters });
    using plan = await compile(await testContext(), tape, { keep: [y] });
    plan.write(x, Float32Array.from(values));
    plan.run();
    return [...(await plan.read(y))].map((v) => v + 0);
  };
  const [no, most] = [Number.NaN, Number.POSITIVE_INFINITY];
  test('halves are rounded to even', async () =>
    expect(await of('round', [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 1.4999])).toEqual([0, 2, 2, 0, -2, -2, 1]));
  test('the sign of 0 is 0', async () => expect(await of('sign', [0, -0, 3, -3])).toEqual([0, 0, 1, -1]));
  test('NaN is not 0', async () => {
    expect(await of('not', [0, -0, 1, -0.5, no, most])).toEqual([1, 1, 0, 0, 0, 0]);
    expect(await of('nonZero', [0, -0, 1, -0.5, no, most])).toEqual([0, 0, 1, 1, 1, 1]);
  });
  test('NaN and infinities are found', async () => {
    expect(await of('isNaN', [0, no, most, -most])).toEqual([0, 1, 0, 0]);
    expect(await of('isInf', [0, no, most, -most, 3e38], { a: 1, b: 1 })).toEqual([0, 0, 1, 1, 0]);
    expect(await of('isInf', [most, -most], { a: 1, b: 0 })).toEqual([1, 0]);
    expect(await of('isInf', [most, -most], { a: 0, b: 1 })).toEqual([0, 1]);
  });

  test('far out, nothing overflows', async () => {
    for (const f of ['sigmoid', 'tanh', 'softplus', 'mish', 'swish', 'gelu', 'erf'] as const) {
      await checkOp(op, ref, {
        inputs: { x: [11] },
        attrs: { f, a: 1, b: 0, c: 1 },
        values: { x: (v) => 200 * v },
        tolerance: { atol: 1e-5, rtol: 3e-5 },
      });
    }
  });

  test('the logarithm of a negative number is NaN, on every adapter', async () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(2));
    const y = tape.apply(op, { x }, { f: 'log', a: 1, b: 0, c: 1 });
    using plan = await compile(await testContext(), tape, { keep: [y] });
    plan.write(x, Float32Array.of(-2, 1));
    plan.run();
    expect([...(await plan.read(y))]).toEqual([Number.NaN, 0]);
  });
});
