// The toolbox's pictures in a real browser, against what the library computes in Node.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readSafetensors } from '../../src/importers/index.js';
import { backProject } from '../../src/methods/backProjection.js';
import { findTopImages, topOf } from '../../src/methods/topImages.js';
import { activations } from '../../src/scene/forward.js';
import { preprocessPicture } from '../../src/scene/input.js';
import { fitPicture, layoutGrid, tileRect } from '../../src/views/layout.js';
import { worldImage } from '../../train/world/index.js';
import { expectClose } from '../support/close.js';
import { testContext } from '../support/device.js';
import { activationsOf, coloursOf, openToolbox, pictureOf, pixelsOf, textOf, until } from '../support/toolbox.js';

/** The page's pictures of the world are of this seed; it opens on the first. */
const SEED = 2;
const MODEL = readSafetensors(
  new Uint8Array(await readFile(new URL('../../models/mini-caffenet.safetensors', import.meta.url))),
);
/** 8-bit colours: one step of rounding, and one of where a range ends. */
const STEPS = 2;

const inputOf = async (index: number) =>
  preprocessPicture(await testContext(), MODEL, worldImage(SEED, index, { size: 64 }));

test('tiles of the grid are the layer’s activations, which are the library’s', async () => {
  await using opened = await openToolbox('#layer=conv3&back=off&gamma=1&resolution=full&unitPane=false');
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const shown = await activationsOf(opened, 'conv3');
  const conv3 = (await activations(await testContext(), MODEL, await inputOf(0), ['relu3'])).get('relu3');
  if (!conv3) throw new Error('no relu3');
  const [, C, H, W] = conv3.shape;
  expectClose('conv3', Float32Array.from(shown), conv3.data, conv3.shape, { atol: 1e-4, rtol: 1e-3 });

  const { width, height, data } = await pictureOf(opened, 'grid');
  const layout = layoutGrid({
    channels: C,
    height: H,
    width: W,
    canvasWidth: width,
    canvasHeight: height,
    gap: 1,
    margin: 2,
  });
  const [least, most] = [Math.min(...shown), Math.max(...shown)];
  let compared = 0;
  // The first tile is framed.
  for (let c = 1; c < C; c++) {
    const tile = tileRect(layout, c);
    for (let h = 0; tile && h < H; h++) {
      for (let w = 0; w < W; w++) {
        const x = Math.floor(tile.x + ((w + 0.5) / W) * tile.width);
        const y = Math.floor(tile.y + ((h + 0.5) / H) * tile.height);
        const grey = (255 * (shown[(c * H + h) * W + w] - least)) / (most - least);
        const at = (y * width + x) * 3;
        for (let rgb = 0; rgb < 3; rgb++) {
          expect(Math.abs(data[at + rgb] - grey), `channel ${c} at ${h},${w}`).toBeLessThanOrEqual(STEPS);
        }
        compared++;
      }
    }
  }
  expect(compared).toBe((C - 1) * H * W);
  expect(opened.problems).toEqual([]);
});

test('the back-projection pane shows the library’s deconv', async () => {
  await using opened = await openToolbox('#layer=conv4&unit=7&back=deconv&resolution=full&unitPane=false');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const ctx = await testContext();
  const input = await inputOf(0);
  const unit = { layer: 'conv4', channel: 7 };
  const { gradient } = await backProject(ctx, MODEL, input, unit, { mode: 'deconv', seedMode: 'activation' });
  const values = gradient.data;
  // norm01c of the toolbox, zero at mid-grey; the net's channels are blue, green, red.
  const reach = Math.max(...values.map(Math.abs));
  const { width, height, data } = await pictureOf(opened, 'back');
  const rect = fitPicture(64, 64, width, height);
  for (let y = 0; y < 64; y += 3) {
    for (let x = 0; x < 64; x += 3) {
      const px = Math.floor(rect.x + ((x + 0.5) / 64) * rect.width);
      const py = Math.floor(rect.y + ((y + 0.5) / 64) * rect.height);
      for (let rgb = 0; rgb < 3; rgb++) {
        const expected = 255 * (values[((2 - rgb) * 64 + y) * 64 + x] / (2 * reach + 1e-10) + 0.5);
        expect(Math.abs(data[(py * width + px) * 3 + rgb] - expected), `pixel ${y},${x}`).toBeLessThanOrEqual(STEPS);
      }
    }
  }
  expect(opened.problems).toEqual([]);
});

test('a unit’s top images are the ones that the library finds, each with its deconv', async () => {
  await using opened = await openToolbox('#layer=conv5&unit=3&back=off');
  await until(opened, 'document.querySelectorAll("#projections canvas").length === 9');
  const [titles, share] = await opened.page.evaluate(() => [
    [...document.querySelectorAll('#top canvas')].map((e) => e.getAttribute('title') ?? ''),
    document.getElementById('top-share')?.textContent ?? '',
  ]);
  const scanned = Number(/^(\d+) of 400 pictures$/.exec(String(share))?.[1] ?? 400);
  const pictures = Array.from({ length: scanned }, (_, i) => worldImage(SEED, i, { size: 64 }));
  const found = topOf(await findTopImages(await testContext(), MODEL, pictures, { layers: ['conv5'] }), 'conv5', 3);
  expect(titles).toEqual(
    found.map(
      ({ image, value }) => `${value.toPrecision(3)}: ${worldImage(SEED, Number(image), { size: 32 }).caption}`,
    ),
  );
  expect(await textOf(opened, 'problem')).toBe('');
  expect(opened.problems).toEqual([]);
});

test('pattern mode fills the grid with preferred images, and keeps them', async () => {
  await using opened = await openToolbox('#layer=conv1&back=off&shown=patterns&unitPane=false');
  await until(opened, '/^[2-9] of 32 preferred images$/.test(document.getElementById("pattern-share").textContent)');
  // Tiles without a picture have one colour; the last picture may still be on its way to the canvas.
  await expect.poll(async () => coloursOf(await pixelsOf(opened, 'grid')), { timeout: 10_000 }).toBeGreaterThan(200);
  await opened.page.reload();
  // From the browser's store, faster than anything is computed.
  await until(opened, '/^[2-9] of 32 preferred images$/.test(document.getElementById("pattern-share").textContent)');
  expect(opened.problems).toEqual([]);
});
