// Codes drawn near others: of the class, along the ways to its neighbours, as far as is asked for.
import { expect, test } from 'vitest';
import { distanceToNearest, drawnNear } from '../../train/parzen.js';
import { streamOf } from '../../train/world/random.js';

const LENGTH = 60;
// Class 0 lies along the first axis, a step of 1 from code to code; class 1 along the second, far from it.
const codes = new Float32Array(LENGTH * 3);
for (let n = 0; n < LENGTH; n++) codes.set(n % 2 === 0 ? [n / 2, 0, 5] : [0, n / 2, -50], n * 3);
const classes = Uint8Array.from({ length: LENGTH }, (_, n) => n % 2);
const set = { name: 'lines', length: LENGTH, codes, classes };

test('codes leave the others along the ways to their neighbours alone', () => {
  const random = streamOf(1, 0);
  for (let k = 0; k < 200; k++) {
    const [a, b, c] = drawnNear(set, k % 2, { neighbours: 4, spread: 0.5 }, random);
    expect(k % 2 === 0 ? [b, c] : [a, c]).toEqual(k % 2 === 0 ? [0, 5] : [0, -50]);
  }
});

test('without spread they are codes of the set; with it they are as far away as it says', () => {
  const options = { neighbours: 4, spread: 0 };
  const random = streamOf(2, 0);
  const distance = (spread: number) => {
    const drawn = Array.from({ length: 400 }, () => drawnNear(set, 0, { ...options, spread }, random));
    return Math.sqrt(
      drawn.reduce((sum, [a]) => sum + Math.min(...[...Array(30).keys()].map((x) => (x - a) ** 2)), 0) / 400,
    );
  };
  expect(distance(0)).toBe(0);
  // Neighbours lie at 1, 1, 2 and 2, at the ends at 1 to 4: a normal number of deviation 1.58 to 2.7 times the spread.
  expect(distance(0.1)).toBeGreaterThan(0.13);
  expect(distance(0.1)).toBeLessThan(0.3);
});

test('the same stream gives the same code', () => {
  const draw = () => drawnNear(set, 1, { neighbours: 3, spread: 1 }, streamOf(7, 3));
  expect(draw()).toEqual(draw());
});

test('the nearest code is another one', () => {
  expect(distanceToNearest(codes.subarray(0, 6), set)).toBeCloseTo((1 + 1) / 2, 6);
  expect(distanceToNearest(Float32Array.of(3.25, 0, 5), set)).toBeCloseTo(0.25, 6);
});
