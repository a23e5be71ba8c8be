import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './scatterND.ref.js';

describe('scatterND', () => {
  for (const reduction of ['none', 'add'] as const) {
    for (const [x, at, updates] of [
      [
        [5, 3, 7],
        [2, 4, 2],
        [2, 4, 7],
      ],
      [[5, 4], [7, 2], [7]],
      [[5, 3], [1], [3]],
    ]) {
      test(`[${updates}] into [${x}], ${reduction === 'add' ? 'added' : 'of several the last'}`, () =>
        checkOp(op, ref, {
          inputs: { x, at, updates },
          attrs: { reduction },
          // From −3 to 2, whatever their number is.
          values: { at: (v) => Math.round(v * 2.5) },
          wrt: ['x', 'updates'],
        }));
    }
  }

  test('updates that do not fit are named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    expect(() => tape.apply(op, { x: leaf(2, 3), at: leaf(4, 1), updates: leaf(4, 2) }, { reduction: 'none' })).toThrow(
      'scatterND: updates must be [4,3] for x [2,3] and indices [4,1], got [4,2]',
    );
  });
});
