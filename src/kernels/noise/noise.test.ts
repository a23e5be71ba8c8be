import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './noise.ref.js';

describe('noise', () => {
  for (const x of [
    [2, 3, 7, 5],
    [67, 3],
  ]) {
    test(`of [${x}]`, () =>
      checkOp(op, ref, {
        inputs: { x, normal: x, uniform: x },
        attrs: { deviation: 0.3, reach: 0.2 },
        wrt: ['x'],
        values: { uniform: (v) => (v + 1) / 2 },
      }));
  }

  test('numbers for each pixel', () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(2, 3, 4, 5));
    const inputs = { x, normal: x, uniform: tape.leaf('uniform', f32(2, 3)) };
    expect(() => tape.apply(op, inputs, { deviation: 1, reach: 1 })).toThrow(/noise: uniform must be \[2,3,4,5\]/);
  });
});
