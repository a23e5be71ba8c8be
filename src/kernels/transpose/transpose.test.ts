import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './transpose.ref.js';

describe('transpose', () => {
  for (const [x, order] of [
    [
      [5, 7],
      [1, 0],
    ],
    [
      [2, 3, 5, 7],
      [0, 2, 3, 1],
    ],
    [
      [2, 3, 5, 7],
      [3, 1, 0, 2],
    ],
    [
      [2, 1, 3, 2, 3, 2],
      [5, 3, 0, 1, 4, 2],
    ],
    [
      [11, 3, 5, 7],
      [1, 0, 2, 3],
    ],
    [
      [2, 9, 3, 67],
      [2, 0, 1, 3],
    ],
    [
      [3, 2, 5, 17],
      [1, 2, 0, 3],
    ],
  ]) {
    test(`[${x}] to ${order}`, () => checkOp(op, ref, { inputs: { x }, attrs: { order } }));
  }

  test('an order that repeats an axis is named', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, { order: [1, 1] })).toThrow(
      'transpose: order must name each axis of [2,3] once, up to 6 of them, got 1,1',
    );
  });
});
