import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './cumSum.ref.js';
import { op } from './index.js';

describe('cumSum', () => {
  for (const [x, axis] of [
    [[2, 7, 3, 5], 1],
    [[2, 3, 11], -1],
    [[67, 3], 0],
  ] as const) {
    for (const exclusive of [false, true]) {
      for (const reverse of [false, true]) {
        test(`[${x}] along ${axis}${exclusive ? ', exclusive' : ''}${reverse ? ', reverse' : ''}`, () =>
          checkOp(op, ref, { inputs: { x }, attrs: { axis, exclusive, reverse } }));
      }
    }
  }

  test('an axis outside is named', () => {
    const tape = createTape();
    const attrs = { axis: 2, exclusive: false, reverse: false };
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, attrs)).toThrow(
      'cumSum: axis 2 is outside a shape of rank 2',
    );
  });
});
