import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './trilu.ref.js';

describe('trilu', () => {
  for (const upper of [true, false]) {
    for (const k of [0, 2, -1, 9]) {
      test(`the ${upper ? 'upper' : 'lower'} triangle from diagonal ${k} on`, () =>
        checkOp(op, ref, { inputs: { x: [2, 3, 5, 7] }, attrs: { upper, k } }));
    }
  }

  test('a vector is named', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(5)) }, { upper: true, k: 0 })).toThrow(
      'trilu: x must be matrices [...,M,N], got [5]',
    );
  });
});
