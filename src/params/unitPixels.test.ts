import { describe, test } from 'vitest';
import { checkParams, checkStartFrom } from '../../test/support/params.js';
import { coloursRef } from './params.ref.js';
import { unitPixels } from './unitPixels.js';

describe('unitPixels', () => {
  for (const [shape, colour] of [
    [[2, 3, 3, 5], 'decorrelated'],
    [[1, 3, 4, 3], 'none'],
    [[3, 1, 5, 2], 'decorrelated'],
  ] as const) {
    test(`[${shape}] ${colour}`, () =>
      checkParams(unitPixels.make({ colour }), {
        shape,
        rgb: ({ pixels }) => coloursRef(pixels, { colour, range: [0, 1] }),
      }));
  }

  test.each([
    [[3, 7, 5], 'decorrelated'],
    [[3, 4, 6], 'none'],
    [[1, 3, 8], 'decorrelated'],
  ] as const)('starts from a picture [%s] %s', (shape, colour) =>
    // f32 of numbers up to 255, through the logit of numbers near 1.
    checkStartFrom(unitPixels.make({ colour }), shape, { atol: 0.01, rtol: 0 }),
  );
});
