import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './convNd.ref.js';
import { op } from './index.js';

describe('convNd', () => {
  for (const [x, w, attrs] of [
    [[2, 4, 11], [6, 2, 3], { stride: [2], before: [1], after: [2], dilation: [2], group: 2 }],
    [
      [1, 2, 5, 6, 7],
      [3, 2, 2, 3, 2],
      { stride: [2, 1, 2], before: [1, 0, 1], after: [0, 1, 1], dilation: [1, 2, 1], group: 1 },
    ],
  ] as const) {
    const inputs = { x, w, b: [w[0]] };
    test(`x=[${x}] w=[${w}]`, () => checkOp(op, ref, { inputs, attrs }));
    test(`frozen x=[${x}] w=[${w}]`, () => checkOp(op, ref, { inputs, attrs, frozen: ['w', 'b'] }));
  }

  test('weights of other axes are named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    const attrs = { stride: [1], before: [0], after: [0], dilation: [1], group: 1 };
    expect(() => tape.apply(op, { x: leaf(1, 2, 5), w: leaf(3, 2, 3, 3), b: leaf(3) }, attrs)).toThrow(
      'convNd: x [1,2,5] and w [3,2,3,3] must both have 3 or 5 axes',
    );
  });
});
