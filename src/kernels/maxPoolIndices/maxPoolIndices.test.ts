import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { type Attrs, op } from './index.js';
import { ref } from './maxPoolIndices.ref.js';

const window = (kernel: [number, number], stride: [number, number], more: Partial<Attrs> = {}): Attrs => ({
  ...{ kernel, stride, pad: [0, 0, 0, 0], rounding: 'floor', global: false, output: 'indices', columns: false },
  ...more,
});

describe('maxPoolIndices', () => {
  for (const [name, x, attrs] of [
    ['3×3 windows', [2, 3, 7, 9], window([3, 3], [2, 2])],
    ['windows that hang over the border', [2, 3, 7, 5], window([3, 2], [2, 1], { pad: [1, 1, 1, 0] })],
    ['windows counted by columns', [2, 3, 7, 5], window([2, 2], [2, 2], { columns: true })],
    ['lines', [2, 3, 11], window([1, 3], [1, 2], { pad: [0, 1, 0, 1] })],
  ] as [string, number[], Attrs][]) {
    test(`where the maxima of ${name} are`, () => checkOp(op, ref, { inputs: { x }, attrs, wrt: [] }));
    test(`the maxima of ${name}`, () => checkOp(op, ref, { inputs: { x }, attrs: { ...attrs, output: 'values' } }));
  }

  test('a volume is named', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(1, 2, 3, 3, 3)) }, window([2, 2], [1, 1]))).toThrow(
      'maxPoolIndices: x must be [N,C,L] or [N,C,H,W], got [1,2,3,3,3]',
    );
  });
});
