import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './reshape.ref.js';

describe('reshape', () => {
  for (const shape of [[30], [0, -1], [5, 3, 2], [0, 0, 5, 1]]) {
    test(`[2,3,5] to [${shape}]`, () => checkOp(op, ref, { inputs: { x: [2, 3, 5] }, attrs: { shape } }));
  }

  test('a shape that does not fit is named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, { shape: [4, -1] });
    expect(apply).toThrow('reshape: [2,3] cannot take the shape [4,-1]');
  });
});
