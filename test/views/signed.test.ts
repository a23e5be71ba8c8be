// Back-projections, against the toolbox's numerics in float64.
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/core/shape.js';
import { createSignedView, type SignedOptions } from '../../src/views/index.js';
import { testContext } from '../support/device.js';
import { offscreenSurface } from '../support/surface.js';
import { signedPicture } from './reference.js';
import { normals, upload } from './upload.js';

const SIZE = 80;

/** Draws the last image of a gradient; gives the colour of each of its pixels. */
async function draw(x: Float32Array<ArrayBuffer>, shape: readonly number[], options: SignedOptions) {
  const ctx = await testContext();
  const surface = offscreenSurface(ctx, SIZE, SIZE);
  const gradient = { buffer: upload(ctx, x), shape };
  using view = createSignedView(ctx, surface, { gradient, image: shape[0] - 1, ...options });
  view.draw();
  const pixels = await surface.pixels();
  const [, , H, W] = shape;
  const scale = Math.floor(Math.min(SIZE / W, SIZE / H));
  const left = Math.floor((SIZE - W * scale) / 2);
  const top = Math.floor((SIZE - H * scale) / 2);
  return Array.from({ length: H * W }, (_, i) => {
    const at = ((top + Math.floor(i / W) * scale) * SIZE + left + (i % W) * scale) * 4;
    return [...pixels.subarray(at, at + 3)];
  });
}

describe('filters', () => {
  for (const filter of ['raw', 'gray', 'norm', 'normblur'] as const) {
    for (const shape of [
      [1, 3, 19, 23],
      [2, 1, 7, 9],
      [1, 5, 20, 20],
    ] as const) {
      test(`${filter} of [${shape}]`, async () => {
        const [, C, H, W] = shape;
        const x = normals(sizeOf(shape), 8);
        const got = await draw(x, shape, { filter });
        const want = signedPicture([...x.subarray(x.length - C * H * W)], [C, H, W], filter);
        const error = Math.max(
          ...got.flatMap((rgb, i) => rgb.map((v, c) => Math.abs(v - (want[i]?.[c] ?? Number.NaN)))),
        );
        expect(error).toBeLessThanOrEqual(1);
      });
    }
  }

  test('colours are in RGB whatever the net’s order', async () => {
    const x = normals(3 * 6 * 7, 2);
    const rgb = await draw(x, [1, 3, 6, 7], { filter: 'raw' });
    const bgr = await draw(x, [1, 3, 6, 7], { filter: 'raw', order: 'bgr' });
    expect(bgr).toEqual(rgb.map(([r, g, b]) => [b, g, r]));
  });

  test('zeros are mid-grey, or black', async () => {
    const x = new Float32Array(3 * 6 * 7);
    expect(await draw(x, [1, 3, 6, 7], { filter: 'raw' })).toContainEqual([128, 128, 128]);
    expect(await draw(x, [1, 3, 6, 7], { filter: 'normblur' })).toContainEqual([0, 0, 0]);
  });

  test('what is not finite is magenta, in its own pixels only', async () => {
    const x = normals(3 * 12 * 12, 2);
    x[12 * 12 + 40] = Number.NaN;
    x[50] = Number.NEGATIVE_INFINITY;
    for (const filter of ['raw', 'gray', 'norm', 'normblur'] as const) {
      const got = await draw(x, [1, 3, 12, 12], { filter });
      const magenta = got.flatMap(([r, g, b], i) => (g === 0 && r === b && r > 100 ? [i] : []));
      expect(magenta).toEqual([40, 50]);
    }
  });
});

test('off, stale and beside the picture', async () => {
  const ctx = await testContext();
  const surface = offscreenSurface(ctx, 20, 10);
  using view = createSignedView(ctx, surface);
  const corner = async () => {
    view.draw();
    return [...(await surface.pixels()).subarray(0, 3)];
  };
  const near = (...rgb: number[]) => rgb.map((v) => expect.toBeOneOf([Math.floor(v), Math.ceil(v)]));
  expect(await corner()).toEqual(near(51, 51, 127.5));
  view.set({ gradient: { buffer: upload(ctx, normals(12, 1)), shape: [1, 3, 2, 2] } });
  expect(await corner()).toEqual(near(51, 51, 51));
  view.set({ state: 'stale' });
  expect(await corner()).toEqual(near(76.5, 76.5, 51));
  view.set({ state: 'off' });
  expect(await corner()).toEqual(near(51, 51, 127.5));
  expect(() => view.set({ sigma: 0 })).toThrow('sigma: must be above 0 and at most 64 pixels, got 0');
  // @ts-expect-error: what a caller without types may do.
  expect(() => view.set({ filter: 'grey' })).toThrow("No filter 'grey'. Did you mean 'gray'?");
});
