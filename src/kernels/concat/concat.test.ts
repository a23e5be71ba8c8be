import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './concat.ref.js';
import { op } from './index.js';

describe('concat', () => {
  const cases: [axis: number, shapes: number[][]][] = [
    [
      0,
      [
        [1, 3, 5],
        [2, 3, 5],
      ],
    ],
    [1, [[2, 3, 5, 7]]],
    [
      1,
      [
        [2, 1, 3, 7],
        [2, 5, 3, 7],
        [2, 2, 3, 7],
        [2, 1, 3, 7],
        [2, 4, 3, 7],
      ],
    ],
    [
      2,
      [
        [2, 3, 4, 1],
        [2, 3, 1, 1],
      ],
    ],
    [
      3,
      [
        [2, 3, 2, 5],
        [2, 3, 2, 1],
        [2, 3, 2, 2],
      ],
    ],
  ];
  for (const [axis, shapes] of cases) {
    const inputs = Object.fromEntries(shapes.map((s, i) => [`x${i}`, s]));
    test(`axis=${axis} of ${JSON.stringify(shapes)}`, () => checkOp(op, ref, { inputs, attrs: { axis } }));
  }

  test('shapes that differ elsewhere are named', () => {
    const tape = createTape();
    const apply = () =>
      tape.apply(op, { x0: tape.leaf('a', f32(1, 2, 3)), x1: tape.leaf('b', f32(1, 2, 4)) }, { axis: 1 });
    expect(apply).toThrow('concat: inputs may differ along axis 1 alone, got [1,2,3], [1,2,4]');
  });
});
