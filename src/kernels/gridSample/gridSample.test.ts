import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './gridSample.ref.js';
import { MODES, op, PADDINGS } from './index.js';

describe('gridSample', () => {
  for (const mode of MODES) {
    for (const padding of PADDINGS) {
      for (const alignCorners of [false, true]) {
        test(`${mode}, beyond the border ${padding}${alignCorners ? ', corners aligned' : ''}`, () =>
          checkOp(op, ref, {
            inputs: { x: [2, 3, 5, 7], grid: [2, 4, 3, 2] },
            attrs: { mode, padding, alignCorners },
            // Well beyond the border, more than one reflection far.
            values: { grid: (v) => 2.7 * v + 0.011 },
            // Slopes between pixels are multiplied by half the size of the image.
            tolerance: { atol: 3e-5, rtol: 3e-5 },
          }));
      }
    }
  }

  test('more points than pixels', () =>
    checkOp(op, ref, {
      inputs: { x: [1, 2, 3, 2], grid: [1, 9, 11, 2] },
      attrs: { mode: 'bilinear', padding: 'zeros', alignCorners: false },
      tolerance: { atol: 3e-5, rtol: 3e-5 },
    }));

  test('an image of one pixel, reflected', () =>
    checkOp(op, ref, {
      inputs: { x: [1, 2, 1, 1], grid: [1, 3, 3, 2] },
      attrs: { mode: 'bilinear', padding: 'reflection', alignCorners: true },
    }));

  test('a grid of another batch is named', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(2, 3, 5, 7)), grid: tape.leaf('grid', f32(1, 4, 4, 2)) };
    expect(() => tape.apply(op, inputs, { mode: 'bilinear', padding: 'zeros', alignCorners: false })).toThrow(
      'gridSample: grid must be [2,P,Q,2], got [1,4,4,2]',
    );
  });
});
