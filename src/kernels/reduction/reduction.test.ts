import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { WAYS } from '../../gpu/rows.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './reduction.ref.js';

const x = [2, 3, 5, 7];

describe('reduction', () => {
  for (const [axes, keep] of [
    [[], false],
    [[1], true],
    [[2, 3], false],
    [[0, -2], true],
    [[1, 3], false],
  ] as const) {
    for (const kind of ['sum', 'max', 'l2'] as const) {
      test(`${kind} over [${axes}], ${keep ? 'kept' : 'dropped'}`, () =>
        checkOp(op, ref, { inputs: { x }, attrs: { kind, axes, keep }, variants: WAYS }));
    }
  }
  test.each(['sum', 'max'] as const)('%s of long rows, and of many across', async (kind) => {
    for (const [x, axes] of [
      [[3, 1201], [1]],
      [[5, 70, 3], [0]],
    ]) {
      await checkOp(op, ref, { inputs: { x }, attrs: { kind, axes, keep: true }, variants: WAYS });
    }
  });

  for (const kind of ['mean', 'min', 'l1', 'sumSquare', 'logSum', 'logSumExp'] as const) {
    test(kind, () =>
      checkOp(op, ref, {
        inputs: { x: [3, 130] },
        attrs: { kind, axes: [1], keep: true, factor: 0.5 },
        tolerance: { atol: 2e-5, rtol: 2e-5 },
        ...(kind === 'logSum' && { values: { x: (v: number) => v + 1.1 } }),
      }),
    );
  }

  for (const [axes, keep] of [
    [[1], true],
    [[0, 2, 3], false],
  ] as const) {
    test(`prod over [${axes}], one factor of which is 0`, () =>
      checkOp(op, ref, {
        inputs: { x: [2, 3, 2, 3] },
        attrs: { kind: 'prod', axes, keep },
        values: { x: (v) => (Math.abs(v - 0.2) < 0.03 ? 0 : v + Math.sign(v)) },
        tolerance: { atol: 1e-4, rtol: 3e-5 },
      }));
  }

  test('an axis outside is named', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, { kind: 'sum', axes: [2], keep: true })).toThrow(
      'reduction: axis 2 is outside a shape of rank 2',
    );
  });
});
