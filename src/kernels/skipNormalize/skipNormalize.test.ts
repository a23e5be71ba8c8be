import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape } from '../../graph/tape.js';
import { op } from './index.js';
import { ref } from './skipNormalize.ref.js';

describe('skipNormalize', () => {
  for (const kind of ['standard', 'rms'] as const) {
    for (const output of ['value', 'sum'] as const) {
      test(`${kind}, its ${output}`, () =>
        checkOp(op, ref, {
          inputs: { x: [2, 3, 7], skip: [2, 3, 7], scale: [7], bias: [7], added: [7] },
          attrs: { kind, eps: 1e-3, output },
          wrt: output === 'sum' ? ['x', 'skip', 'added'] : ['x', 'skip', 'scale', 'bias', 'added'],
          tolerance: { atol: 3e-5, rtol: 3e-5 },
        }));
    }
  }

  test('a sum that does not fit is named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    const inputs = { x: leaf(2, 3), skip: leaf(2, 2), scale: leaf(3), bias: leaf(3), added: leaf(1) };
    expect(() => tape.apply(op, inputs, { kind: 'rms', eps: 0, output: 'value' })).toThrow(
      'add: [2,3] and [2,2] do not broadcast',
    );
  });
});
