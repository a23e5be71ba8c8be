import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { createTape, defineMacro, type Tape } from '../../graph/tape.js';
import { adamDirection, moment, nadamCorrection, nadamDirection } from './index.js';
import { adamDirectionRef, momentRef, nadamCorrectionRef, nadamDirectionRef } from './optimizer.ref.js';

const SHAPE = [3, 5, 7];

describe('what update rules are made of', () => {
  for (const power of [1, 2] as const) {
    test(`a moment of the gradient to the power ${power}`, () => {
      const attrs = { beta: 0.9, a: 0.3, decay: 0.05, power };
      return checkOp(moment, (i) => momentRef(i, attrs), {
        inputs: { m: SHAPE, g: SHAPE, w: SHAPE },
        attrs,
        wrt: [],
      });
    });
  }

  // 1 − 0.9999 is 1e-4 of the numbers that it is taken from: f32 has three of its digits.
  for (const [beta1, beta2] of [
    [0.9, 0.999],
    [0, 0.9999],
    [0.5, 0],
  ]) {
    for (const step of [0, 1, 6, 99, 20_000, 10_000_000]) {
      test(`Adam's direction at step ${step}, betas ${beta1} and ${beta2}`, () => {
        const numbers = { beta1, beta2, epsilon: 1e-3, decay: 0.01 };
        const log = (beta: number) => Math.max(Math.log(beta), -100);
        const atStep = defineMacro({
          name: 'adam_direction_at_step',
          inputs: ['m', 'v', 'w'],
          expand: (tape, inputs, _: object) =>
            tape.apply(
              adamDirection,
              { ...inputs, step: tape.constant('step', [1], Uint32Array.of(step)) },
              { logBeta1: log(beta1), logBeta2: log(beta2), epsilon: 1e-3, decay: 0.01 },
            ),
        });
        return checkOp(atStep, (i) => adamDirectionRef(i, step, numbers), {
          inputs: { m: SHAPE, v: SHAPE, w: SHAPE },
          attrs: {},
          wrt: [],
          values: { v: (v) => v * v + 0.01 },
          // A few roundings: of the exponential, the root and the two quotients.
          tolerance: { atol: 1e-7, rtol: 1e-6 },
        });
      });
    }
  }

  for (const [beta1, beta2, momentumDecay] of [
    [0.9, 0.999, 0.004],
    [0.95, 0.9, 0.1],
  ]) {
    for (const step of [0, 1, 99, 20_000]) {
      const numbers = { beta1, beta2, epsilon: 1e-3, momentumDecay };
      const at = (tape: Tape) => tape.constant('step', [1], Uint32Array.of(step));
      test(`NAdam's direction at step ${step}, betas ${beta1} and ${beta2}`, () => {
        const atStep = defineMacro({
          name: 'nadam_direction_at_step',
          inputs: ['g', 'm', 'v', 'correction'],
          expand: (tape, inputs, _: object) =>
            tape.apply(
              nadamDirection,
              { ...inputs, step: at(tape) },
              { beta1, momentumDecay, logBeta2: Math.log(beta2), epsilon: 1e-3 },
            ),
        });
        return checkOp(atStep, (i) => nadamDirectionRef(i, step, numbers), {
          inputs: { g: SHAPE, m: SHAPE, v: SHAPE, correction: [3] },
          attrs: {},
          wrt: [],
          values: { v: (v) => v * v + 0.01, correction: (v) => 0.5 + 0.4 * v },
          // The terms of the gradient and of its mean may cancel, and are up to 10.
          tolerance: { atol: 5e-6, rtol: 3e-6 },
        });
      });

      test(`NAdam's correction of the momentum at step ${step}, beta ${beta1}`, () => {
        const atStep = defineMacro({
          name: 'nadam_correction_at_step',
          inputs: ['x'],
          expand: (tape, { x }, _: object) =>
            tape.apply(nadamCorrection, { x, step: at(tape) }, { beta: beta1, decay: momentumDecay }),
        });
        return checkOp(atStep, (i) => nadamCorrectionRef(i, step, numbers), {
          inputs: { x: [70] },
          attrs: {},
          wrt: [],
          values: { x: (v) => 0.5 + 0.5 * v },
          tolerance: { atol: 1e-6, rtol: 1e-6 },
        });
      });
    }
  }

  test('a moment of another shape', () => {
    const tape = createTape();
    const w = tape.leaf('w', f32(2, 3));
    const m = tape.leaf('m', f32(3, 2));
    expect(() => tape.apply(moment, { w, m, g: w }, { beta: 1, a: 1, decay: 0, power: 1 })).toThrow(
      /moment: m must be \[2,3\] \(w's shape\), got \[3,2\]/,
    );
  });
});
