import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './binary.ref.js';
import { op } from './index.js';

describe('binary', () => {
  for (const f of ['add', 'sub', 'mul', 'div', 'max', 'min', 'pow', 'prelu'] as const) {
    for (const [a, b] of [
      [
        [2, 3, 5, 7],
        [3, 1, 1],
      ],
      [
        [5, 1],
        [2, 3, 1, 7],
      ],
      [
        [3, 5],
        [3, 5],
      ],
      [
        [2, 1, 3, 1, 2, 1],
        [4, 1, 3, 1, 5],
      ],
    ]) {
      // Apart, so that no maximum is a tie; positive where a quotient or a logarithm is taken.
      const values = ['div', 'pow'].includes(f)
        ? { a: (v: number) => v + 1.6, b: (v: number) => v + 1.7 }
        : { b: (v: number) => v + 0.0123 };
      test(`${f} [${a}] [${b}]`, () =>
        checkOp(op, ref, {
          inputs: { a, b },
          attrs: { f },
          tolerance: { atol: 3e-5, rtol: 3e-5 },
          values,
        }));
    }
  }

  test('shapes that do not broadcast are named', () => {
    const tape = createTape();
    const apply = () => tape.apply(op, { a: tape.leaf('a', f32(2, 3)), b: tape.leaf('b', f32(2)) }, { f: 'mul' });
    expect(apply).toThrow('mul: [2,3] and [2] do not broadcast to one shape of up to 6 axes');
  });
});
