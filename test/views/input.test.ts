// The net's input as the picture it was made of.
import { expect, test } from 'vitest';
import { createInputView, drawViews } from '../../src/views/index.js';
import { testContext } from '../support/device.js';
import { offscreenSurface } from '../support/surface.js';
import { upload } from './upload.js';

const [H, W] = [4, 5];

for (const order of ['rgb', 'bgr'] as const) {
  for (const kind of ['per channel', 'image'] as const) {
    test(`${order}, mean ${kind}: the pixels come back`, async () => {
      const ctx = await testContext();
      const pixels = Array.from({ length: 3 * H * W }, (_, i) => (i * 37) % 256);
      const mean = Float32Array.from(
        { length: kind === 'image' ? 3 * H * W : 3 },
        (_, i) => 90 + (kind === 'image' ? i : 20 * i),
      );
      const scale = [0.017, 0.5, 2];
      const x = new Float32Array(2 * 3 * H * W);
      for (let c = 0; c < 3; c++) {
        for (let i = 0; i < H * W; i++) {
          const value = pixels[(order === 'bgr' ? 2 - c : c) * H * W + i];
          const at = c * H * W + i;
          x[3 * H * W + at] = (value - mean[kind === 'image' ? at : c]) * scale[c];
        }
      }
      const surface = offscreenSurface(ctx, 33, 31);
      const picture = { buffer: upload(ctx, x), shape: [2, 3, H, W], order, mean, scale };
      using view = createInputView(ctx, surface, { picture, image: 1 });
      drawViews(ctx, [view]);
      const got = await surface.pixels();
      // Enlarged six times, in the middle.
      for (let i = 0; i < H * W; i++) {
        const at = ((3 + Math.floor(i / W) * 6) * 33 + 1 + (i % W) * 6) * 4;
        expect([...got.subarray(at, at + 3)]).toEqual([0, 1, 2].map((c) => pixels[c * H * W + i]));
      }
      expect([...got.subarray(0, 4)]).toEqual([51, 51, 51, 255]);
    });
  }
}

test('one number for all channels, a grey net, and what is not finite', async () => {
  const ctx = await testContext();
  const surface = offscreenSurface(ctx, 40, 40);
  const x = Float32Array.from([0, 0.5, 1, Number.NaN]);
  const picture = { buffer: upload(ctx, x), shape: [1, 1, 2, 2], order: 'gray' as const, scale: 1 / 255 };
  using view = createInputView(ctx, surface, { picture });
  const at = async (px: number, py: number) => {
    view.draw();
    return [...(await surface.pixels()).subarray((py * surface.width + px) * 4, (py * surface.width + px) * 4 + 3)];
  };
  expect(await at(5, 5)).toEqual([0, 0, 0]);
  expect(await at(30, 5)).toEqual([
    expect.toBeOneOf([127, 128]),
    expect.toBeOneOf([127, 128]),
    expect.toBeOneOf([127, 128]),
  ]);
  expect(await at(5, 30)).toEqual([255, 255, 255]);
  expect((await at(30, 30))[1]).toBe(0);
  // Smaller than a whole multiple: interpolated, and the NaN stays where it is.
  surface.resize(3, 3);
  expect(await at(0, 0)).toEqual([0, 0, 0]);
  expect((await at(2, 2))[1]).toBe(0);
});
