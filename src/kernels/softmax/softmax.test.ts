import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { WAYS } from '../../gpu/rows.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './softmax.ref.js';

describe('softmax', () => {
  for (const [x, from, to] of [
    [[1, 5], 1, 2],
    [[3, 130], 1, 2],
    [[2, 7, 3, 5], 1, 2],
    [[2, 7, 3, 5], 1, 4],
    [[2, 3, 4], 2, 3],
    [[2, 1201], 1, 2],
    [[1, 5, 9, 13], 1, 2],
  ] as const) {
    test(`x=[${x}] axes ${from}..${to}`, () =>
      checkOp(op, ref, { inputs: { x }, attrs: { from, to }, variants: WAYS }));
  }

  test('large logits of both signs do not overflow', () =>
    checkOp(op, ref, { inputs: { x: [2, 9] }, attrs: { from: 1, to: 2 }, values: { x: (v) => v * 200 }, wrt: [] }));

  test('an axis that is not there is named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { x: tape.leaf('x', f32(1, 3)) }, { from: 2, to: 3 });
    expect(apply).toThrow('softmax: axis 2 is outside a shape of rank 2');
  });
});
