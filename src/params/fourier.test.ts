import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { blankNet, checkDoubled, checkParams, checkStartFrom } from '../../test/support/params.js';
import { spaceOf } from '../scene/space.js';
import { fourier } from './fourier.js';
import { coloursRef, fourierRef } from './params.ref.js';

describe('fourier', () => {
  for (const [shape, options] of [
    [[2, 3, 6, 7], {}],
    [[1, 3, 5, 8], { decay: 0.85, colour: 'none', range: [0.1, 0.8] }],
    [[2, 1, 7, 5], { decay: 1.5 }],
  ] as const) {
    test(`[${shape}] ${JSON.stringify(options)}`, () => {
      const { decay = 1, colour = 'decorrelated', range = [0, 1] } = options as Parameters<typeof fourier.make>[0];
      return checkParams(fourier.make(options), {
        shape,
        rgb: ({ spectrum }) => coloursRef(fourierRef(spectrum, shape[3], decay), { colour, range }),
      });
    });
  }

  test('starts with noise of its deviation, another one for each seed', () => {
    const space = spaceOf(blankNet([3, 31, 32]));
    const starts = [1, 2].map((seed) => fourier.make({ deviation: 0.3 }).start(space, seed)[0]);
    expect(starts[0]).toHaveLength(3 * 31 * 17 * 2);
    const square = starts[0].reduce((sum, v) => sum + v * v, 0) / starts[0].length;
    // Four standard errors of a variance of 3162 numbers.
    expect(Math.abs(square / 0.09 - 1)).toBeLessThan(4 * Math.sqrt(2 / starts[0].length));
    expect(starts[0]).not.toEqual(starts[1]);
  });

  test('a range that goes down is refused', () => {
    expect(() => fourier.make({ range: [1, 0] })).toThrow(
      'fourier.range: must go up, from the darkest to the brightest, got 1, 0',
    );
  });

  test.each([
    [[3, 7, 5], 'decorrelated'],
    [[3, 4, 6], 'none'],
    [[1, 3, 8], 'decorrelated'],
  ] as const)('starts from a picture [%s] %s', (shape, colour) =>
    // f32 of numbers up to 255, through the logit of numbers near 1.
    checkStartFrom(fourier.make({ colour }), shape, { atol: 0.01, rtol: 0 }),
  );

  test.each([[[3, 5, 7]], [[1, 6, 4]]] as const)('shows the same at twice the size [%s]', (shape) =>
    checkDoubled(fourier.make({}), shape),
  );

  test('keeps coarse waves at half the size, and leaves out those that are too fine', () => {
    const part = fourier.make({});
    const [from, to] = [spaceOf(blankNet([1, 9, 9])), spaceOf(blankNet([1, 5, 4]))];
    // Row k and column j of the spectrum are told apart by their numbers.
    const z = Float32Array.from({ length: 90 }, (_, i) => 100 + i);
    const back = part.resize?.(part.resize?.([z], from, to) ?? [], to, from) ?? [];
    // Rows 0, 1, 2, −2, −1 and columns 0 and 1: a side of 4 has no complete wave of 2 cycles.
    const kept = Float32Array.from(z, (v, i) => {
      const [row, column] = [Math.floor(i / 10), Math.floor(i / 2) % 5];
      return Math.min(row, 9 - row) <= 2 && column < 2 ? v : 0;
    });
    expectClose('spectrum', back[0], kept, [9, 5, 2], { atol: 0, rtol: 1e-6 });
  });
});
