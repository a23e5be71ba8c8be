import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './randomBlur.ref.js';

// Draws come from 0 to below 1.
const values = { draws: (v: number) => (v + 1) / 2 };

describe('random_blur', () => {
  for (const [x, low, high] of [
    [[3, 2, 7, 5], 0.4, 1.7],
    [[2, 3, 11, 13], 1, 1.1],
    // Wider than the image: reflected more than once.
    [[2, 1, 5, 4], 2, 4],
    [[5, 1, 3, 2], 0, 0.3],
    [[1, 2, 4, 1], 0, 0],
  ] as const) {
    test(`σ from ${low} to ${high} of [${x}]`, () =>
      checkOp(op, ref, { inputs: { x, draws: [x[0]] }, attrs: { low, high }, wrt: ['x'], values }));
  }

  test('one draw for each image', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(2, 3, 4, 5)), draws: tape.leaf('draws', f32(2, 1)) };
    expect(() => tape.apply(op, inputs, { low: 0, high: 1 })).toThrow(/random_blur: draws must be \[2\].*got \[2,1\]/);
  });
});
