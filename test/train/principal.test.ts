// Principal components of small images, by what defines them.
import { expect, test } from 'vitest';
import { toInput, worldSet } from '../../train/data.js';
import { principalComponents } from '../../train/principal.js';

const images = await worldSet(9, 200);
const preprocessing = { order: 'bgr', mean: [110, 115, 120], scale: 1 / 64, fit: 'crop', stated: true } as const;
const SIDE = 4;
const COUNT = 3 * SIDE * SIDE;
const USED = 120;

test('directions are orthonormal, in the order of their power, and together hold all that there is', () => {
  const how = { images: USED, side: SIDE, count: COUNT };
  const { size, directions, power } = principalComponents(images, preprocessing, how);
  expect(size).toBe(COUNT);
  const direction = (k: number) => directions.subarray(k * size, (k + 1) * size);
  const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, v, i) => sum + v * b[i], 0);
  for (let k = 0; k < COUNT; k++) {
    for (let l = 0; l <= k; l++) expect(dot(direction(k), direction(l))).toBeCloseTo(k === l ? 1 : 0, 5);
    if (k > 0) expect(power[k]).toBeLessThanOrEqual(power[k - 1]);
  }
  const small = Array.from({ length: USED }, (_, n) => smallImage(n));
  const meanSquare = (of: (image: Float32Array) => number) => small.reduce((sum, s) => sum + of(s) ** 2, 0) / USED;
  for (const k of [0, 1, 7, 20]) expect(meanSquare((s) => dot(s, direction(k)))).toBeCloseTo(power[k], 3);
  const all = small.reduce((sum, s) => sum + dot(s, s), 0) / USED;
  expect(power.reduce((a, b) => a + b, 0)).toBeCloseTo(all, 2);
});

/** Image `n` averaged over squares, channel by channel. */
function smallImage(n: number): Float32Array {
  const { size } = images;
  const whole = new Float32Array(3 * size * size);
  toInput(images, n, preprocessing, whole, 0);
  const square = size / SIDE;
  return Float32Array.from({ length: COUNT }, (_, i) => {
    const [c, y, x] = [Math.floor(i / SIDE ** 2), Math.floor(i / SIDE) % SIDE, i % SIDE];
    let sum = 0;
    for (let dy = 0; dy < square; dy++) {
      for (let dx = 0; dx < square; dx++) sum += whole[(c * size + y * square + dy) * size + x * square + dx];
    }
    return sum / square ** 2;
  });
}
