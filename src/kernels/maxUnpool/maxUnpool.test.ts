import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { type Attrs, op } from './index.js';
import { ref } from './maxUnpool.ref.js';

const attrs: Attrs = { kernel: [2, 2], stride: [2, 2], before: [0, 0], after: [0, 0] };

describe('maxUnpool', () => {
  for (const [name, x, more] of [
    ['maps', [2, 3, 3, 5], {}],
    ['overlapping windows with padding', [2, 3, 3, 5], { kernel: [3, 3], before: [1, 0], after: [0, 1] }],
    ['a larger result', [2, 3, 3, 2], { size: [7, 6] }],
    ['lines', [2, 3, 5], { kernel: [2], stride: [2], before: [0], after: [0] }],
  ] as [string, number[], Partial<Attrs>][]) {
    let next = 0;
    test(name, () =>
      checkOp(op, ref, {
        inputs: { x, at: x },
        attrs: { ...attrs, ...more },
        // Places apart, all of which are there.
        values: { at: () => 2 * next++ },
        wrt: ['x'],
      }),
    );
  }

  test('indices of another shape are named', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(1, 2, 3, 3)), at: tape.leaf('at', f32(1, 2, 3)) };
    expect(() => tape.apply(op, inputs, attrs)).toThrow(
      'maxUnpool: x [1,2,3,3] and indices [1,2,3] must be [N,C] and 2 axes',
    );
  });
  test('a result smaller than what was pooled is named', () => {
    const tape = createTape();
    const inputs = { x: tape.leaf('x', f32(1, 2, 3, 3)), at: tape.leaf('at', f32(1, 2, 3, 3)) };
    expect(() => tape.apply(op, inputs, { ...attrs, size: [6, 5] })).toThrow(
      'maxUnpool: the result [6,5] must not be smaller than what was pooled, [6,6]',
    );
  });
});
