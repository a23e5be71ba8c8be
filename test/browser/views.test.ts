// Views in a real browser: in a page, and in a worker on an OffscreenCanvas.
import { expect, test } from 'vitest';
import type { Rect } from '../../src/views/index.js';
import { openPage } from '../support/browser.js';

test('a grid is seen whether the page or a worker draws it', async () => {
  await using opened = await openPage('/test/browser/pages/views.html');
  const drawn = await opened.page.evaluate((): Promise<Rect[][]> => Reflect.get(globalThis, 'drawn'));
  for (const [k, id] of ['page', 'worker'].entries()) {
    const tiles = drawn[k];
    expect(tiles.map((t) => [t.width, t.height])).toEqual(Array(4).fill([56, 56]));
    const { x, y, width, height } = tiles[3];
    // The last tile is white once the frame is on the page.
    await opened.page.waitForFunction(
      (i, px, py) => Reflect.get(globalThis, 'colourAt')(i, px, py)[0] === 255,
      { timeout: 30_000 },
      id,
      x + width / 2,
      y + height / 2,
    );
    const colours = await opened.page.evaluate(
      (i, places) => places.map(([px, py]): number[] => Reflect.get(globalThis, 'colourAt')(i, px, py)),
      id,
      [...tiles.map((t) => [t.x + t.width / 2, t.y + t.height / 2]), [tiles[2].x - 1, tiles[2].y + 5]],
    );
    expect(colours).toEqual([
      [0, 0, 0],
      [85, 85, 85],
      [170, 170, 170],
      [255, 255, 255],
      [128, 255, 128],
    ]);
  }
  expect(opened.problems).toEqual([]);
});

test('an image is seen, in RGB', async () => {
  await using opened = await openPage('/test/browser/pages/views.html');
  await opened.page.evaluate((): Promise<void> => Reflect.get(globalThis, 'image'));
  await opened.page.waitForFunction(() => Reflect.get(globalThis, 'colourAt')('image', 1, 1)[2] === 200, {
    timeout: 30_000,
  });
  const colour = await opened.page.evaluate((): number[] => Reflect.get(globalThis, 'colourAt')('image', 1, 1));
  expect(colour).toEqual([0, 100, 200]);
  expect(opened.problems).toEqual([]);
});

test('a canvas that grows is never seen empty', async () => {
  await using opened = await openPage('/test/browser/pages/views.html');
  await opened.page.evaluate((): Promise<Rect[][]> => Reflect.get(globalThis, 'drawn'));
  const seen = await opened.page.evaluate(() => Reflect.get(globalThis, 'grow')());
  expect(seen).toEqual({ shown: [255, 255, 255], grown: [255, 255, 255] });
  expect(opened.problems).toEqual([]);
});
