import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './oneHot.ref.js';

describe('oneHot', () => {
  for (const [at, axis] of [
    [[3, 5], -1],
    [[3, 5], 1],
    [[2, 3, 5], 0],
    [[7], -2],
  ] as [number[], number][]) {
    test(`[${at}] with a new axis ${axis}, some indices below 0, some outside`, () =>
      checkOp(op, ref, {
        inputs: { at, values: [2] },
        attrs: { axis, depth: 4 },
        values: { at: (v) => Math.round(v * 5) },
        wrt: ['values'],
      }));
  }

  test('what does not fit is named', () => {
    const tape = createTape();
    const inputs = { at: tape.leaf('at', f32(3)), values: tape.leaf('values', f32(3)) };
    expect(() => tape.apply(op, inputs, { axis: 2, depth: 4 })).toThrow(
      'oneHot: axis 2 of 2, depth 4 and values [3] do not fit; the depth must be a positive whole number and the values [2]',
    );
  });
});
