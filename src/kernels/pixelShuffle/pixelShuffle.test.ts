import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './pixelShuffle.ref.js';

describe('pixelShuffle', () => {
  for (const [order, x] of [
    ['dcr', [2, 12, 3, 5]],
    ['crd', [2, 12, 3, 5]],
    ['inverse', [2, 3, 4, 6]],
  ] as const) {
    test(order, () => checkOp(op, ref, { inputs: { x }, attrs: { block: 2, order } }));
  }

  test('channels that do not divide are named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { x: tape.leaf('x', f32(1, 6, 2, 2)) }, { block: 2, order: 'crd' });
    expect(apply).toThrow('pixelShuffle: x [1,6,2,2] does not divide into blocks of 2');
  });
});
