import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { type Attrs, op } from './index.js';
import { ref } from './scatterElements.ref.js';

describe('scatterElements', () => {
  for (const [x, at, axis, reduction] of [
    [[2, 5, 3, 7], [2, 4, 3, 7], 1, 'none'],
    [[2, 3, 5], [2, 3, 11], -1, 'none'],
    [[5, 4, 3], [7, 2, 3], 0, 'none'],
    [[2, 5, 3], [2, 7, 3], 1, 'add'],
  ] as [number[], number[], number, Attrs['reduction']][]) {
    test(`[${at}] into [${x}] along ${axis}, ${reduction === 'add' ? 'added' : 'of several the last'}`, () =>
      checkOp(op, ref, {
        inputs: { x, at, updates: at },
        attrs: { axis, reduction },
        // From −3 to 2, whatever their number is.
        values: { at: (v) => Math.round(v * 2.5) },
        wrt: ['x', 'updates'],
      }));
  }

  const apply = (x: number[], at: number[], updates: number[], reduction: Attrs['reduction']) => () => {
    const tape = createTape();
    const leaf = (shape: number[]) => tape.leaf('x', f32(...shape));
    return tape.apply(op, { x: leaf(x), at: leaf(at), updates: leaf(updates) }, { axis: 1, reduction });
  };
  test('updates of another shape are named', () => {
    expect(apply([2, 3], [2, 2], [2, 1], 'none')).toThrow(
      'scatterElements: indices [2,2] must have the shape of the updates [2,1] and fit into x [2,3]',
    );
  });
  test('fewer rows that are to be added are named', () => {
    expect(apply([2, 3], [1, 2], [1, 2], 'add')).toThrow(
      'scatterElements: updates that are added must have the size of x [2,3] along other axes than 1, got [1,2]',
    );
  });
  test('more elements than floats can count are named', () => {
    expect(apply([2 ** 13, 2 ** 12], [1, 2], [1, 2], 'none')).toThrow(
      'scatterElements: indices into [8192,4096] would not be exact; at most 16777216 elements are supported',
    );
  });
});
