import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './gatherND.ref.js';
import { op } from './index.js';

describe('gatherND', () => {
  for (const [x, at, batch] of [
    [[5, 3, 7], [2, 11, 2], 0],
    [[3, 5], [4, 2], 0],
    [[3, 5, 2], [1], 0],
    [[2, 3, 5, 4], [2, 7, 2], 1],
    [[2, 3, 5], [2, 3, 1], 2],
  ] as [number[], number[], number][]) {
    test(`[${x}] by [${at}], ${batch} axes in common`, () =>
      checkOp(op, ref, {
        inputs: { x, at },
        attrs: { batch },
        // From −3 to 2, whatever their number is.
        values: { at: (v) => Math.round(v * 2.5) },
        wrt: ['x'],
      }));
  }

  test('tuples that are too long are named', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(2, 3)), at: tape.leaf('at', f32(4, 3)) };
    expect(() => tape.apply(op, inputs, { batch: 0 })).toThrow(
      'gatherND: indices [4,3] do not name axes of x [2,3] from axis 0 on',
    );
  });
});
