import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './gatherElements.ref.js';
import { op } from './index.js';

describe('gatherElements', () => {
  for (const [x, at, axis] of [
    [[2, 5, 3, 7], [2, 4, 3, 7], 1],
    [[2, 3, 5], [2, 3, 11], -1],
    [[5, 4, 3], [7, 2, 3], 0],
  ] as [number[], number[], number][]) {
    test(`[${x}] by [${at}] along ${axis}, some twice, some never`, () =>
      checkOp(op, ref, {
        inputs: { x, at },
        attrs: { axis },
        // From −3 to 2, whatever their number is.
        values: { at: (v) => Math.round(v * 2.5) },
        wrt: ['x'],
      }));
  }

  test('indices that are larger along another axis are named', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(2, 3)), at: tape.leaf('at', f32(3, 3)) };
    expect(() => tape.apply(op, inputs, { axis: 1 })).toThrow(
      'gatherElements: indices [3,3] must not be larger than x [2,3] along other axes than 1',
    );
  });
});
