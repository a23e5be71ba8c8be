// Pictures on their way into nets: transparency, channels, sizes that no device binds.
import { describe, expect, test } from 'vitest';
import { expectClose } from '../../test/support/close.js';
import { contextWith, testContext } from '../../test/support/device.js';
import { createRng } from '../core/rng.js';
import { type Model, PLAIN } from '../graph/model.js';
import { createPreprocessor, preprocessPicture, toPicture } from './input.js';
import { reducePicture } from './picture.js';

const net = (C: number, preprocessing: Partial<Model['preprocessing']> = {}, size = 3): Model => ({
  name: 'net',
  input: { name: 'x', shape: [1, C, size, size] },
  layers: [],
  weights: new Map(),
  preprocessing: { ...PLAIN, order: C === 1 ? 'gray' : 'rgb', mean: [0], ...preprocessing },
});

/** Nine pixels, from transparent to opaque, in orange. */
const GLASS = {
  width: 3,
  height: 3,
  data: Uint8Array.from({ length: 36 }, (_, i) => [240, 120, 0, Math.floor(i / 4) * 31][i % 4]),
};
const laid = (background: readonly number[]) =>
  Float32Array.from({ length: 27 }, (_, i) => {
    const [c, opacity] = [Math.floor(i / 9), ((i % 9) * 31) / 255];
    return [240, 120, 0][c] * opacity + background[c] * (1 - opacity);
  });

describe('a transparent picture', () => {
  test('is laid on white', async () => {
    const got = await preprocessPicture(await testContext(), net(3), GLASS);
    expectClose('input', got, laid([255, 255, 255]), [3, 3, 3], { atol: 1e-4, rtol: 1e-6 });
  });

  test('is laid on the background that the preprocessing names', async () => {
    const got = await preprocessPicture(await testContext(), net(3, { background: [9, 0, 99] }), GLASS);
    expectClose('input', got, laid([9, 0, 99]), [3, 3, 3], { atol: 1e-4, rtol: 1e-6 });
  });

  test('gives its alpha to a fourth channel where that is asked for, and its colours as they are', async () => {
    const got = await preprocessPicture(await testContext(), net(4, { alpha: true, order: 'bgr' }), GLASS);
    expect([...got]).toEqual(Array.from({ length: 36 }, (_, i) => [0, 120, 240, (i % 9) * 31][Math.floor(i / 9)]));
  });
});

describe('a net that takes no pictures', () => {
  for (const [what, model, message] of [
    ['of six channels', net(6), "the input 'x' [1,6,3,3] takes 6 channels. Give numbers: --input x=file.npy"],
    ['of four, where alpha is one guess', net(4), 'If the fourth is alpha, say so (preprocessing.alpha, --alpha)'],
    ['of two', net(2), 'takes 2 channels'],
    ['of three with alpha', net(3, { alpha: true }), 'Alpha can be the fourth channel of four'],
  ] as const) {
    test(`${what}: refuses one, in and out`, async () => {
      using preprocessor = createPreprocessor(await testContext(), model);
      await expect(preprocessor.read(GLASS)).rejects.toThrow(message);
      expect(() => toPicture(new Float32Array(9 * model.input.shape[1]), model)).toThrow(message);
    });
  }
});

describe('a picture larger than the device binds', () => {
  test('gives the input of a smaller one, to the last level', async () => {
    const rng = createRng(1);
    const coarse = Array.from({ length: 16 * 16 * 3 }, () => rng.uniform() * 255);
    const at = (y: number, x: number, c: number) => coarse[((y >> 4) * 16 + (x >> 4)) * 3 + c];
    const data = new Uint8Array(256 * 256 * 4).fill(255);
    for (let y = 0; y < 256; y++)
      for (let x = 0; x < 256; x++) for (let c = 0; c < 3; c++) data[(y * 256 + x) * 4 + c] = at(y, x, c);
    const picture = { width: 256, height: 256, data };
    const model = net(3, {}, 16);
    const small = await contextWith({ maxBindingBytes: 64 * 64 * 4 });
    const want = await preprocessPicture(await testContext(), model, picture);
    expectClose('input', await preprocessPicture(small, model, picture), want, [3, 16, 16], { atol: 1, rtol: 0 });
  });

  test('is reduced by boxes, colours weighted by alpha, at any size', () => {
    const [width, height] = [5, 3];
    const data = new Uint8Array(width * height * 4);
    data.set([200, 100, 50, 255]);
    // Of the six pixels of the first box one is there: 255 / 6, to the even one of two levels.
    expect(reducePicture({ width, height, data }, 40)).toEqual({
      width: 2,
      height: 1,
      data: Uint8ClampedArray.of(200, 100, 50, 42, 0, 0, 0, 0),
    });
    expect(reducePicture(GLASS, 36)).toBe(GLASS);
  });
});
