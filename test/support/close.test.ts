// Comparisons of numbers fail on NaN, whichever side has it.
import { expect, test } from 'vitest';
import { expectClose, maxRelative, relativeL2 } from './close.js';

const LOOSE = { atol: Number.POSITIVE_INFINITY, rtol: 1 };

test.each([
  ['the result', [1, Number.NaN], [1, 2]],
  ['the reference', [1, 2], [1, Number.NaN]],
  ['both', [1, Number.NaN], [1, Number.NaN]],
])('NaN in %s fails within any tolerance', (_, got, want) => {
  expect(() => expectClose('y', got, want, [2], LOOSE)).toThrow('y [2]: 1 of 2 differ');
  expect(maxRelative(got, want) <= Number.POSITIVE_INFINITY).toBe(false);
  expect(relativeL2(got, want) <= Number.POSITIVE_INFINITY).toBe(false);
});

test('other lengths fail within any tolerance', () => {
  expect(() => expectClose('y', [1], [1, 2], [2], LOOSE)).toThrow('y: got 1 elements, want 2');
  expect(maxRelative([1], [1, 2])).toBeNaN();
  expect(relativeL2([1], [1, 2])).toBeNaN();
});

test('numbers within the tolerance pass', () => {
  expectClose('y', [1, 2.01], [1, 2], [2], { atol: 0, rtol: 0.01 });
});
