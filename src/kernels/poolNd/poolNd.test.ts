import { describe, expect, test } from 'vitest';
import { testContext } from '../../../test/support/device.js';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { compile } from '../../graph/plan.js';
import { createTape } from '../../graph/tape.js';
import { op, type WindowAttrs } from './index.js';
import { ref } from './poolNd.ref.js';

const one = (n: number): number[] => Array<number>(n).fill(1);
const zero = (n: number): number[] => Array<number>(n).fill(0);

describe('poolNd', () => {
  for (const kind of ['max', 'average'] as const) {
    for (const [x, kernel, more] of [
      [[2, 3, 11], [3], { stride: [2], before: [1], after: [0] }],
      [[1, 2, 7, 9], [3, 2], { dilation: [2, 3], before: [1, 0], after: [2, 1] }],
      [[2, 2, 5, 6, 7], [2, 3, 2], { stride: [2, 1, 3], rounding: 'ceil' }],
      [[2, 2, 4, 5, 6], [2, 2, 3], { before: [1, 0, 1], after: [0, 1, 1], divisor: 'valid' }],
    ] as [number[], number[], Partial<WindowAttrs>][]) {
      const n = kernel.length;
      const attrs: WindowAttrs = {
        ...{ kind, kernel, stride: one(n), before: zero(n), after: zero(n), dilation: one(n) },
        ...{ rounding: 'floor', divisor: kind === 'average' && more.dilation ? 'valid' : 'padded', p: 2 },
        ...more,
      };
      test(`${kind} [${x}] ${JSON.stringify(more)}`, () => checkOp(op, ref, { inputs: { x }, attrs }));
    }
  }
  test('the maximum of a dilated window over -Infinity and padding is -Infinity', async () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(1, 1, 3, 4));
    const attrs: WindowAttrs = {
      ...{ kind: 'max', kernel: [3, 2], stride: [1, 1], before: [2, 1], after: [2, 1], dilation: [2, 2] },
      ...{ rounding: 'floor', divisor: 'padded', p: 2 },
    };
    const y = tape.apply(op, { x }, attrs);
    using plan = await compile(await testContext(), tape, { keep: [y] });
    plan.write(x, new Float32Array(12).fill(Number.NEGATIVE_INFINITY));
    plan.run();
    expect(new Set(await plan.read(y))).toEqual(new Set([Number.NEGATIVE_INFINITY]));
  });
  test('average with dilation, padding counted, the last window beyond it', () =>
    checkOp(op, ref, {
      inputs: { x: [2, 2, 8, 9] },
      attrs: {
        ...{ kind: 'average', kernel: [3, 2], stride: [3, 3], before: [1, 0], after: [1, 1], dilation: [2, 4] },
        ...{ rounding: 'ceil', divisor: 'padded', p: 2 },
      },
    }));
  test('by p-norm, windows that hang over the border', () =>
    checkOp(op, ref, {
      inputs: { x: [2, 3, 6, 8] },
      attrs: {
        ...{ kind: 'lp', kernel: [3, 3], stride: [2, 3], before: [0, 0], after: [0, 0], dilation: [1, 1] },
        ...{ rounding: 'ceil', divisor: 'padded', p: 3 },
      },
      tolerance: { atol: 3e-5, rtol: 3e-5 },
    }));
  test('by p-norm', () =>
    checkOp(op, ref, {
      inputs: { x: [2, 3, 6, 5] },
      attrs: {
        ...{ kind: 'lp', kernel: [3, 2], stride: [2, 1], before: [0, 0], after: [0, 0], dilation: [1, 1] },
        ...{ rounding: 'floor', divisor: 'padded', p: 3 },
      },
      tolerance: { atol: 3e-5, rtol: 3e-5 },
    }));

  for (const kind of ['max', 'average', 'lp'] as const) {
    for (const x of [
      [2, 3, 11],
      [2, 3, 5, 7],
      [2, 3, 4, 5, 3],
      [2, 3, 2, 3, 2, 3],
    ]) {
      test(`${kind} over all of [${x}]`, () =>
        checkOp(op, ref, {
          inputs: { x },
          attrs: { kind, global: true, p: 3 },
          tolerance: { atol: 3e-5, rtol: 3e-5 },
        }));
    }
  }
  test('a matrix has nothing to be pooled over', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, { kind: 'max', global: true, p: 2 })).toThrow(
      'poolNd: x must have axes beside [N,C], got [2,3]',
    );
  });

  test('a window of other axes is named', () => {
    const tape = createTape();
    const attrs: WindowAttrs = {
      ...{ kind: 'max', kernel: [2], stride: [1], before: [0], after: [0], dilation: [1] },
      ...{ rounding: 'floor', divisor: 'padded', p: 2 },
    };
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(1, 2, 3, 3)) }, attrs)).toThrow(
      'poolNd: a window of 1 axes does not fit x [1,2,3,3]',
    );
  });
});
