// Packs in a real browser: the toolbox opens on pictures that were made before, and shows them for exactly their net.
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { parseTopImages, topOf } from '../../src/methods/topImages.js';
import { worldImage } from '../../train/world/index.js';
import { openToolbox, stateOf, textOf, until } from '../support/toolbox.js';

const at = (file: string) => new URL(`../../models/packs/mini-caffenet/${file}`, import.meta.url);
interface Index {
  readonly size: readonly [number, number];
  readonly sheets: readonly { readonly file: string }[];
  readonly tiles: readonly { readonly unit: string; readonly sheet: number; readonly x: number; readonly y: number }[];
}
const index: Index = JSON.parse(await readFile(at('index.json'), 'utf8'));

test('the page opens on classes, with the picture’s own chosen, its preferred image and its top images', async () => {
  await using opened = await openToolbox('#packs=true');
  await until(opened, 'document.querySelectorAll("#preferred canvas").length === 1');
  const studio = await opened.page.$eval('#studio', (link) => (link as HTMLAnchorElement).href);
  expect(studio).toMatch(
    /preferred-image\/#net=mini-caffenet&unit=fc8:\d+&b\.net=mini-caffenet-robust&b\.unit=fc8:\d+$/,
  );
  const { layer, unit } = await stateOf(opened);
  expect(layer).toBe('fc8');
  const guess = await opened.page.$eval('#guesses li span', (e) => e.textContent ?? '');
  expect(await opened.page.evaluate(`toolbox.labels()[${unit}]`)).toBe(guess);

  const tile = index.tiles.find((t) => t.unit === `fc8:${unit}`);
  if (!tile) throw new Error(`fc8:${unit} is not in the pack`);
  const [width, height] = index.size;
  const expected = await sharp(await readFile(at(index.sheets[tile.sheet].file)))
    .extract({ left: tile.x, top: tile.y, width, height })
    .removeAlpha()
    .raw()
    .toBuffer();
  const shown = await opened.page.$eval('#preferred canvas', (canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return [];
    const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return Array.from(data).filter((_, i) => i % 4 !== 3);
  });
  expect(shown.length).toBe(expected.length);
  // Two decoders of one lossy file round differently.
  const apart = shown.map((value, i) => Math.abs(value - expected[i]));
  expect(apart.reduce((a, b) => a + b, 0) / apart.length).toBeLessThan(2);

  await until(opened, 'document.querySelectorAll("#top canvas").length === 9');
  const top = topOf(parseTopImages(await readFile(at('top.json'), 'utf8')), 'fc8', unit);
  const titles = await opened.page.$$eval('#top canvas', (all) => all.map((e) => e.getAttribute('title') ?? ''));
  expect(titles).toEqual(
    top.map(({ image, value }) => `${value.toPrecision(3)}: ${worldImage(2, Number(image), { size: 32 }).caption}`),
  );
  expect(opened.problems).toEqual([]);
});

test('patterns of a layer are there at once, and not for another preprocessing', async () => {
  await using opened = await openToolbox('#packs=true&layer=fc8&shown=patterns&unitPane=false&back=off');
  await until(opened, 'document.getElementById("pattern-share").textContent === "preferred images"');
  await opened.page.evaluate(
    'toolbox.tell({ type: "preprocessing", net: toolbox.net().id, preprocessing: { mean: [1, 2, 3] } })',
  );
  await until(opened, 'toolbox.net().packed.length === 0');
  await until(opened, '/^\\d+ of 20 preferred images$/.test(document.getElementById("pattern-share").textContent)');
  expect(await textOf(opened, 'problem')).toBe('');
});
