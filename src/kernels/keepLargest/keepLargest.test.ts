import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './keepLargest.ref.js';

describe('keepLargest', () => {
  for (const [shape, k] of [
    [[2, 7, 3, 5], 3],
    [[3, 70], 4],
    [[1, 5, 3, 2], 5],
    [[2, 6], 1],
  ] as const)
    test(`${k} of x=[${shape}]`, () => checkOp(op, ref, { inputs: { x: shape }, attrs: { k } }));

  test('more channels than there are are refused', () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(2, 4, 3, 3));
    expect(() => tape.apply(op, { x }, { k: 5 })).toThrow(
      'k must be from 1 to the size of axis 1 of x [2,4,3,3], got 5',
    );
  });
});
