import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './roll.ref.js';

// Draws come from 0 to below 1.
const values = { draws: (v: number) => (v + 1) / 2 };

describe('roll', () => {
  for (const [x, reach, back] of [
    [[1, 3, 7, 5], 2, false],
    [[3, 2, 4, 9], 4, true],
    [[2, 1, 3, 2], 0, false],
    // Further than the image is wide: more than once around.
    [[2, 3, 3, 2], 11, false],
  ] as const) {
    test(`x=[${x}] reach=${reach} back=${back}`, () =>
      checkOp(op, ref, { inputs: { x, draws: [x[0], 2] }, attrs: { reach, back }, wrt: ['x'], values }));
  }

  test('two draws for each image', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(2, 3, 4, 5)), draws: tape.leaf('draws', f32(2)) };
    expect(() => tape.apply(op, inputs, { reach: 1 })).toThrow(/roll: draws must be \[2,2\].*got \[2\]/);
  });
});
