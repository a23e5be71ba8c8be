import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './add.ref.js';
import { op } from './index.js';

describe('add', () => {
  for (const a of [[1], [2, 3, 7, 11]]) {
    test(`[${a}]`, () => checkOp(op, ref, { inputs: { a, b: a }, attrs: {} }));
  }

  test('shapes that differ are named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { a: tape.leaf('a', f32(2, 3)), b: tape.leaf('b', f32(3)) }, {});
    expect(apply).toThrow("add: b must be [2,3] (a's shape), got [3]");
  });
});
