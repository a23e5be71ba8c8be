import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { descend, descendAdaptively, moment } from './index.js';
import { descendAdaptivelyRef, descendRef, momentRef } from './optimizer.ref.js';

const SHAPE = [3, 5, 7];

describe('halves of an optimizer step', () => {
  for (const power of [1, 2] as const) {
    test(`a moment of the gradient to the power ${power}`, () =>
      checkOp(moment, momentRef, {
        inputs: { m: SHAPE, g: SHAPE, w: SHAPE },
        attrs: { beta: 0.9, a: 0.3, decay: 0.05, power },
        wrt: [],
      }));
  }

  test('descent along the moment', () =>
    checkOp(descend, (i) => descendRef(i, 0.1), {
      inputs: { w: SHAPE, m: SHAPE },
      attrs: { rate: 0.1 },
      wrt: [],
    }));

  test('descent by the moment over the root of the second', () => {
    const attrs = { rate: 0.1, epsilon: 1e-3, decay: 0.01 };
    return checkOp(descendAdaptively, (i) => descendAdaptivelyRef(i, attrs), {
      inputs: { w: SHAPE, m: SHAPE, v: SHAPE },
      attrs,
      wrt: [],
      values: { v: (v) => v * v + 0.01 },
    });
  });

  test('a moment of another shape', () => {
    const tape = createTape();
    const w = tape.leaf('w', f32(2, 3));
    const m = tape.leaf('m', f32(3, 2));
    expect(() => tape.apply(descend, { w, m }, { rate: 1 })).toThrow(
      /descend: m must be \[2,3\] \(w's shape\), got \[3,2\]/,
    );
  });
});
