import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { ref } from './hardmax.ref.js';
import { op } from './index.js';

describe('hardmax', () => {
  for (const [x, from, to] of [
    [[3, 7], 1, 2],
    [[2, 5, 3, 7], 1, 2],
    [[2, 5, 3], 1, 3],
  ] as const) {
    test(`[${x}] over axes ${from} to ${to}, of equal maxima the first`, () =>
      checkOp(op, ref, { inputs: { x }, attrs: { from, to }, values: { x: (v) => Math.round(v * 2) }, wrt: [] }));
  }

  test('an axis outside is named', () => {
    const tape = createTape();
    expect(() => tape.apply(op, { x: tape.leaf('x', f32(2, 3)) }, { from: 2, to: 3 })).toThrow(
      'hardmax: axis 2 is outside a shape of rank 2',
    );
  });
});
