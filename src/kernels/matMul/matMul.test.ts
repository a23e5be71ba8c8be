import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { type Attrs, op } from './index.js';
import { ref } from './matMul.ref.js';

describe('matMul', () => {
  for (const [a, b, attrs] of [
    [[5, 7], [7, 3], {}],
    [[7, 5], [3, 7], { transposeA: true, transposeB: true, factor: -0.5 }],
    [[2, 3, 5, 7], [2, 3, 7, 4], {}],
    [[3, 5, 7], [7, 4], {}],
    [[2, 1, 5, 7], [3, 7, 4], {}],
    [[7], [7, 3], {}],
    [[2, 5, 7], [7], {}],
  ] as [number[], number[], Attrs][]) {
    test(`[${a}] [${b}] ${JSON.stringify(attrs)}`, () => checkOp(op, ref, { inputs: { a, b }, attrs }));
  }

  test('matrices that do not fit are named', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { a: tape.leaf('a', f32(2, 3)), b: tape.leaf('b', f32(2, 3)) }, {})).toThrow(
      'matMul: [2,3] and [2,3] do not fit: 3 is not 2',
    );
  });
});
