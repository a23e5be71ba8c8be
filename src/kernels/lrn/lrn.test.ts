import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { type Attrs, op } from './index.js';
import { ref } from './lrn.ref.js';

/** A power and a division in f32. */
const tolerance = { atol: 2e-5, rtol: 2e-5 };
const cases: [x: number[], attrs: Attrs][] = [
  [[1, 7, 3, 5], { size: 5, alpha: 1e-4, beta: 0.75, k: 1 }],
  [[2, 9, 5, 3], { size: 3, alpha: 1.5, beta: 0.75, k: 2 }],
  [[1, 2, 4, 7], { size: 5, alpha: 3, beta: 0.5, k: 1 }],
  [[2, 5, 3, 3], { size: 1, alpha: 1, beta: 0.9, k: 0.5 }],
  [[1, 70, 2, 3], { size: 5, alpha: 10, beta: 0.75, k: 1 }],
];

describe('lrn', () => {
  for (const [x, attrs] of cases) {
    test(`x=[${x}] ${JSON.stringify(attrs)}`, () => checkOp(op, ref, { inputs: { x }, attrs, tolerance }));
  }

  test('an even size is named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { x: tape.leaf('x', f32(1, 3, 2, 2)) }, { size: 4, alpha: 1, beta: 1, k: 1 });
    expect(apply).toThrow('lrn: size must be odd');
  });
});
