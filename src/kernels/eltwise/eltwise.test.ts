import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './eltwise.ref.js';
import { op } from './index.js';

describe('eltwise', () => {
  for (const operation of ['sum', 'mean', 'product', 'max', 'min'] as const) {
    test(`${operation} of three`, () =>
      checkOp(op, ref, {
        inputs: { x0: [2, 3, 5, 7], x1: [2, 3, 5, 7], x2: [3, 1, 1] },
        attrs: { operation, coefficients: [] },
        // Apart, so that no maximum is a tie.
        values: { x1: (v) => v + 0.0123, x2: (v) => v - 0.0217 },
      }));
  }
  test('sum with coefficients', () =>
    checkOp(op, ref, { inputs: { x0: [3, 5], x1: [3, 5] }, attrs: { operation: 'sum', coefficients: [2, -0.5] } }));
  test('the second value aligned from an axis', () =>
    checkOp(op, ref, {
      inputs: { x0: [2, 3, 5, 7], x1: [2, 3] },
      attrs: { operation: 'product', coefficients: [], axis: 0 },
    }));
  test('a single value', () =>
    checkOp(op, ref, { inputs: { x0: [3, 5] }, attrs: { operation: 'max', coefficients: [] } }));

  test('too few coefficients are named', () => {
    const tape = createTape();
    const inputs = { x0: tape.leaf('a', f32(2)), x1: tape.leaf('b', f32(2)) };
    expect(() => tape.apply(op, inputs, { operation: 'sum', coefficients: [1] })).toThrow(
      'eltwise: 2 inputs need as many coefficients, got 1',
    );
  });
});
