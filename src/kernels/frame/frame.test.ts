import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './frame.ref.js';
import { op } from './index.js';

describe('frame', () => {
  for (const margin of [0, 1, 2, 9]) {
    test(`margin ${margin}`, () => checkOp(op, ref, { inputs: { x: [2, 3, 7, 5] }, attrs: { margin } }));
  }

  test('maps without a height', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, { margin: 1 })).toThrow(
      'frame: x must be [N,C,H,W], got [2,3]',
    );
  });
});
