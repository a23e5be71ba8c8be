import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { WAYS } from '../../gpu/rows.js';
import { createTape } from '../../graph/tape.js';
import { type Attrs, op } from './index.js';
import { ref } from './normalize.ref.js';

const x = [2, 6, 5, 7];

describe('normalize', () => {
  for (const [what, parameters, attrs] of [
    ['instance', [6, 1, 1], { kind: 'standard', eps: 1e-3, axis: 2 }],
    ['groups of channels', [6, 1, 1], { kind: 'standard', eps: 1e-5, axis: 2, groups: 3 }],
    ['layer', [5, 7], { kind: 'standard', eps: 1e-5, axis: -2 }],
    ['MVN', [1], { kind: 'mvn', eps: 1e-2, axis: 2 }],
    ['mean alone', [1], { kind: 'mean', eps: 0, axis: 1 }],
    ['L2 of each pixel', [6, 1, 1], { kind: 'l2', eps: 1e-6, axis: 1, pixels: true }],
    ['RMS', [7], { kind: 'rms', eps: 1e-2, axis: -1 }],
    ['RMS of images', [6, 5, 7], { kind: 'rms', eps: 1e-5, axis: 1 }],
    ['L2', [6, 1, 1], { kind: 'l2', eps: 1e-6, axis: 1 }],
  ] as [string, number[], Attrs][]) {
    test(what, () =>
      checkOp(op, ref, {
        inputs: { x, scale: parameters, bias: parameters },
        attrs,
        tolerance: { atol: 2e-5, rtol: 3e-5 },
        variants: WAYS,
      }),
    );
  }

  for (const output of ['mean', 'inverse'] as const) {
    test(`layer, its ${output}`, () =>
      checkOp(op, ref, {
        inputs: { x, scale: [5, 7], bias: [5, 7] },
        attrs: { kind: 'standard', eps: 1e-2, axis: -2, output },
        wrt: ['x'],
        tolerance: { atol: 2e-5, rtol: 3e-5 },
      }));
  }

  test('an axis outside is named', () => {
    const tape = createTape();
    const leaf = (...shape: number[]) => tape.leaf('x', f32(...shape));
    const inputs = { x: leaf(2, 3), scale: leaf(1), bias: leaf(1) };
    expect(() => tape.apply(op, inputs, { kind: 'l2', eps: 0, axis: 2 })).toThrow(
      'normalize: axis 2 is outside a shape of rank 2',
    );
  });
});
