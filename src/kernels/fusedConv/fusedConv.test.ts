import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './fusedConv.ref.js';
import { type Attrs, op } from './index.js';

const conv: Attrs = { stride: [2, 1], pad: [1, 0, 0, 1], dilation: [1, 1], group: 1 };

describe('fusedConv', () => {
  for (const [name, activation] of [
    ['nothing', undefined],
    ['a ReLU', { slope: 0 }],
    ['a leaky ReLU', { slope: 0.1 }],
    ['a clip', { f: 'clip', a: -0.5, b: 0.6, c: 1 }],
    ['a sigmoid', { f: 'sigmoid', a: 1, b: 0, c: 1 }],
  ] as [string, Attrs['activation']][]) {
    test(`${name} after it`, () =>
      checkOp(op, ref, {
        inputs: { x: [2, 3, 7, 5], w: [4, 3, 3, 2], b: [4] },
        attrs: { ...conv, ...(activation && { activation }) },
        tolerance: { atol: 2e-5, rtol: 2e-5 },
      }));
  }

  test('channels that do not fit are named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    expect(() => tape.apply(op, { x: leaf(1, 2, 5, 5), w: leaf(4, 3, 3, 3), b: leaf(4) }, conv)).toThrow('conv2d: ');
  });
});
