import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './biasGelu.ref.js';
import { op } from './index.js';

describe('biasGelu', () => {
  for (const approximate of [false, true]) {
    test(approximate ? 'by a tanh' : 'by the error function', () =>
      checkOp(op, ref, {
        inputs: { x: [2, 3, 7], b: [7] },
        attrs: { approximate },
        values: { x: (v) => 2 * v },
        tolerance: { atol: 2e-5, rtol: 2e-5 },
      }),
    );
  }

  test('a bias that does not fit is named', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(2, 3)), b: tape.leaf('b', f32(2)) };
    expect(() => tape.apply(op, inputs, { approximate: false })).toThrow('add: [2,3] and [2] do not broadcast');
  });
});
