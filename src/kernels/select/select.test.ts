import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './select.ref.js';

describe('select', () => {
  for (const [x, index] of [
    [[1, 4], 3],
    [[3, 5, 3, 7], 52],
    [[2, 70], 0],
  ] as const) {
    test(`x=[${x}] index=${index}`, () => checkOp(op, (i) => ref(i, { index }), { inputs: { x }, attrs: { index } }));
  }

  test('an index outside the layer is named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { x: tape.leaf('x', f32(1, 2, 3)) }, { index: 6 });
    expect(apply).toThrow('select: index 6 is outside [2,3] (6 elements)');
  });
});
