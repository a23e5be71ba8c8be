// Maps in colours over a picture.
import { expect, test } from 'vitest';
import { C, H, IMAGES, NET, SIZE, W } from '../attribute/smallNet.ref.js';
import type { Attribution } from '../parts/kinds.js';
import { attributionPicture } from './attributionPicture.js';

const PLACES = H * W;
const made = (drawn: Attribution['drawn'], shape: readonly number[], data: Float32Array): Attribution => ({
  map: { shape, data },
  meaning: '',
  drawn,
  values: new Float32Array(shape[0]),
});
/** Pixel `i` of the picture of the second of two images. */
const pixels = (attribution: Attribution) => {
  const { width, height, data } = attributionPicture(NET, IMAGES.slice(SIZE), attribution, 1);
  expect([width, height]).toEqual([W, H]);
  return (i: number) => Array.from(data.subarray(i * 4, i * 4 + 3));
};

test('a signed map is the sum over the channels: red for, blue against, gray at zero', () => {
  const data = new Float32Array(2 * SIZE);
  for (let c = 0; c < C; c++) data.set([1, -1, c === 0 ? 2 : -1], SIZE + c * PLACES);
  const at = pixels(made('signed', [2, C, H, W], data));
  expect([at(0), at(1)]).toEqual([
    [178, 24, 43],
    [33, 102, 172],
  ]);
  const [r, g, b] = at(2);
  expect([g, b]).toEqual([r, r]);
  expect(r).toBeGreaterThan(127);
});

test('a map of sizes goes from the picture, darkened, to the end of inferno, whatever its least number', () => {
  const data = new Float32Array(2 * PLACES).fill(5);
  data.set([7, 7], PLACES);
  const at = pixels(made('size', [2, H, W], data));
  expect(at(0)).toEqual([252, 255, 164]);
  const [r, g, b] = at(5);
  expect([g, b]).toEqual([r, r]);
  expect(r).toBeLessThan(128);
});

test('a map of a layer is enlarged, and one of channels is refused', () => {
  const small = made('size', [2, 2, 2], Float32Array.of(0, 0, 0, 0, 1, 0, 0, 0));
  const at = pixels(small);
  expect(at(0)[0]).toBeGreaterThan(at(PLACES - 1)[0]);
  expect(() => pixels(made('signed', [2, 5, 1, 1], new Float32Array(10)))).toThrow(
    'has one place, which is no picture',
  );
});
