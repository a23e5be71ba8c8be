import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './slice.ref.js';

describe('slice', () => {
  for (const [x, axis, start, end] of [
    [[7], 0, 2, 5],
    [[2, 9, 3, 5], 1, 0, 4],
    [[2, 9, 3, 5], 1, 8, 9],
    [[2, 3, 5], -1, 1, 4],
  ] as const) {
    test(`x=[${x}] axis=${axis} ${start}:${end}`, () =>
      checkOp(op, ref, { inputs: { x }, attrs: { axis, start, end } }));
  }

  test('a range outside the axis is named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, { axis: 1, start: 1, end: 4 });
    expect(apply).toThrow('slice: range 1:4 is outside axis 1 of [2,3]');
  });
});
