import { describe, expect, test } from 'vitest';
import { checkOp } from '../../../test/support/op.js';
import { f32 } from '../../core/shape.js';
import { WAYS } from '../../gpu/rows.js';
import { createTape } from '../../graph/tape.js';
import { totalVariation, totalVariationGradient } from './index.js';
import { totalVariationGradientRef, totalVariationRef } from './totalVariation.ref.js';

// A power of f32 is exp2 of a product of log2, each with a few roundings.
const tolerance = { atol: 1e-4, rtol: 1e-4 };

describe('total_variation', () => {
  for (const [beta, smoothing] of [
    [2, 1e-5],
    [1, 1e-2],
    [1.5, 1e-3],
    [3, 1e-5],
  ]) {
    for (const x of [
      [2, 3, 7, 5],
      [3, 1, 1, 6],
      [1, 2, 4, 1],
      [2, 1, 1, 1],
    ]) {
      test(`β = ${beta} of [${x}]`, async () => {
        const attrs = { beta, smoothing };
        await checkOp(totalVariation, totalVariationRef, { inputs: { x }, attrs, tolerance, variants: WAYS });
        await checkOp(totalVariationGradient, totalVariationGradientRef, { inputs: { x }, attrs, wrt: [], tolerance });
      });
    }
  }

  test('of an image larger than a workgroup', () =>
    checkOp(totalVariation, totalVariationRef, {
      inputs: { x: [2, 3, 31, 17] },
      attrs: { beta: 2, smoothing: 1e-4 },
      tolerance,
      variants: WAYS,
    }));

  test('maps without a height', () => {
    const tape = createTape();
    const x = tape.leaf('x', f32(2, 3, 4));
    expect(() => tape.apply(totalVariation, { x }, { beta: 2, smoothing: 1 })).toThrow(
      'total_variation: x must be [N,C,H,W], got [2,3,4]',
    );
  });
});
