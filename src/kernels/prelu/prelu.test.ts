import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './prelu.ref.js';

describe('prelu', () => {
  for (const [x, slope] of [
    [[2, 3], [3]],
    [[2, 3, 5, 7], [3]],
    [[2, 3, 5, 7], [1]],
    [[1, 9, 11, 3], [9]],
  ]) {
    test(`x=[${x}] slope=[${slope}]`, () => checkOp(op, ref, { inputs: { x, slope }, attrs: {} }));
  }

  test('slopes that do not fit are named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { x: tape.leaf('x', f32(1, 3, 2)), slope: tape.leaf('s', f32(2)) }, {});
    expect(apply).toThrow('prelu: slope must be [3] (one per channel) or [1], got [2]');
  });
});
