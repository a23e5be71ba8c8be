// Results of the commands in the toolbox: shown for exactly their net, and nothing computed for them.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { ElementHandle } from 'puppeteer';
import sharp from 'sharp';
import { afterAll, expect, test } from 'vitest';
import { loadSafetensors } from '../../src/importers/index.js';
import { dissect } from '../../src/methods/dissect.js';
import { parseTopImages, topOf } from '../../src/methods/topImages.js';
import { openLabelled } from '../../src/node/labels/labelled.js';
import { modelHash } from '../../src/scene/modelHash.js';
import type { TestPage } from '../support/browser.js';
import { testContext } from '../support/device.js';
import { coloursOf, openToolbox, pixelsOf, stateOf, textOf, until } from '../support/toolbox.js';

const made = mkdtempSync(join(tmpdir(), 'convscope-results-'));
afterAll(() => rmSync(made, { recursive: true, force: true }));
const PACKS = resolve(import.meta.dirname, '../../models/packs');
const ROBUST = readFileSync(join(PACKS, 'mini-caffenet-robust/top.json'), 'utf8');
const other = '0'.repeat(64);

function folder(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [file, content] of Object.entries(files)) {
    const path = join(made, name, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return join(made, name);
}

async function choose(opened: TestPage, path: string): Promise<void> {
  const input = (await opened.page.$('#results-folder')) as ElementHandle<HTMLInputElement> | null;
  await input?.uploadFile(path);
}

const netOf = async () =>
  loadSafetensors(new Uint8Array(readFileSync(resolve(import.meta.dirname, '../../models/mini-caffenet.safetensors'))));

/** The mean colour of a canvas of a strip. */
const meanOf = (opened: TestPage, selector: string): Promise<number[]> =>
  opened.page.$eval(selector, (canvas) => {
    if (!(canvas instanceof HTMLCanvasElement)) return [];
    const data = Array.from(canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? []);
    const count = data.length / 4;
    return [0, 1, 2].map((c) => data.reduce((sum, v, i) => sum + (i % 4 === c ? v / count : 0), 0));
  });

test('the address of a folder opens its net, and shows its images and top images without compiling anything for them', async () => {
  // The page's own server has the packs.
  await using opened = await openToolbox('#unitPane=false&back=off');
  await opened.page.keyboard.press('R');
  await opened.page.type('#results-address', '/models/packs/mini-caffenet-robust/index.json');
  await opened.page.keyboard.press('Enter');
  await until(opened, 'toolbox.net().name === "mini-caffenet-robust"');
  await until(opened, 'document.getElementById("results-name").textContent.startsWith("Shown: ")');
  const found = await opened.page.$$eval('#results-found li', (all) => all.map((e) => e.textContent));
  expect(found[0]).toMatch(/^gallery: \d+ images of fc8, conv5$/);
  expect(found[1]).toMatch(/^top images: 9 of 2000 for each unit of conv1, /);
  const address = new URLSearchParams(opened.page.url().split('#')[1]).get('results');
  expect(address).toMatch(/^http.*\/models\/packs\/mini-caffenet-robust\/$/);
  await opened.page.click('#results-hide');

  const [worker] = opened.page.workers();
  await worker.evaluate(() => {
    Object.assign(self, { shaders: 0 });
    const { createShaderModule } = GPUDevice.prototype;
    GPUDevice.prototype.createShaderModule = function (descriptor) {
      Object.assign(self, { shaders: Reflect.get(self, 'shaders') + 1 });
      return createShaderModule.call(this, descriptor);
    };
  });
  await opened.page.evaluate('toolbox.change({ layer: "fc8", unit: 7, unitPane: true })');
  await until(opened, 'document.querySelectorAll("#preferred canvas").length === 1');
  await until(opened, 'document.querySelectorAll("#top canvas").length === 9');
  const index = JSON.parse(readFileSync(join(PACKS, 'mini-caffenet-robust/index.json'), 'utf8'));
  const tile = index.tiles.find((t: { readonly unit: string }) => t.unit === 'fc8:7');
  const [width, height] = index.size;
  const { channels } = await sharp(join(PACKS, 'mini-caffenet-robust', index.sheets[tile.sheet].file))
    .extract({ left: tile.x, top: tile.y, width, height })
    .toBuffer()
    .then((picture) => sharp(picture).stats());
  const shown = await meanOf(opened, '#preferred canvas');
  for (const c of [0, 1, 2]) expect(Math.abs(shown[c] - channels[c].mean)).toBeLessThan(2);
  const titles = await opened.page.$$eval('#top canvas', (all) => all.map((e) => e.getAttribute('title')));
  const top = topOf(parseTopImages(ROBUST), 'fc8', 7);
  expect(titles).toEqual(top.map(({ value, image }) => `${value.toPrecision(3)}: world:${image}`));
  expect(await textOf(opened, 'projections-share')).toBe('not in results');
  // A layer that the gallery does not have is not computed either.
  await opened.page.evaluate('toolbox.change({ layer: "conv3", unit: 2 })');
  await until(
    opened,
    'document.getElementById("preferred").textContent.includes("not in these results, which have images of fc8, conv5")',
  );
  await until(opened, 'document.querySelectorAll("#top canvas").length === 9');
  const shaders = (): Promise<number> => worker.evaluate(() => Reflect.get(self, 'shaders'));
  const before = await shaders();
  await opened.page.evaluate('toolbox.change({ unit: 9 })');
  await until(opened, 'document.getElementById("preferred").textContent.includes("conv3:9: not in these")');
  await new Promise((done) => setTimeout(done, 2000));
  expect(await shaders()).toBe(before);
  // Without them all is computed again.
  await opened.page.keyboard.press('R');
  await opened.page.click('#results-none');
  await until(opened, 'document.getElementById("results-name").textContent === "None are shown."');
  expect((await stateOf(opened)).results).toBe('');
  await until(opened, '/%$/.test(document.getElementById("preferred-share").textContent)');
  // A server does not list a folder, so what may be there is asked for.
  expect(opened.problems.filter((problem) => !/mini-caffenet-robust\/(dissection|atlas)\.json/.test(problem))).toEqual(
    [],
  );
});

test('top images of a folder: those it holds, those of the world, and why others are missing', async () => {
  const png = await sharp({ create: { width: 80, height: 60, channels: 3, background: '#2060c0' } })
    .png()
    .toBuffer();
  const C = 64;
  const images = ['/home/me/photos/blue.png', 'world:13', '/home/me/photos/gone.png'];
  const top = {
    model: 'mini-caffenet',
    k: 3,
    scanned: 3,
    last: images[2],
    complete: true,
    layers: [
      {
        layer: 'conv5',
        shape: [C, 7, 7],
        values: Array.from({ length: 3 * C }, (_, i) => 3 - (i % 3)),
        images: Array.from({ length: 3 * C }, (_, i) => images[i % 3]),
        positions: Array.from({ length: 6 * C }, () => 3),
      },
    ],
  };
  const path = folder('tops', { 'top.json': JSON.stringify(top), 'photos/blue.png': png, 'circuit.json': '{}' });
  await using opened = await openToolbox('#layer=conv5&unit=36&back=off');
  await choose(opened, path);
  await until(opened, 'document.querySelectorAll("#top .missing").length === 1');
  const said = await opened.page.$$eval('#top > *', (all) => all.map((e) => e.getAttribute('title')));
  expect(said).toEqual([
    '3.00: /home/me/photos/blue.png',
    '2.00: world:13',
    '1.00: /home/me/photos/gone.png is on the machine of the command; put it into the folder of the results to see it',
  ]);
  expect(await textOf(opened, 'top-share')).toBe('of 3 pictures, 1 not here');
  // conv5 sees nearly all of the picture, and gray beside it.
  const [r, g, b] = await meanOf(opened, '#top canvas');
  expect(b - r).toBeGreaterThan(60);
  expect(g).toBeGreaterThan(r);
  await opened.page.keyboard.press('R');
  expect(await textOf(opened, 'results-notes')).toContain(
    'circuit.json is not shown here: a circuit; open its own page',
  );
  expect(await textOf(opened, 'results-found')).toBe('top images: 3 of 3 for each unit of conv5');
  expect(opened.problems).toEqual([]);
});

test('a dissection: the concept of the unit, a list that a concept filters, and other nets refused by their hashes', async () => {
  const model = await netOf();
  const hash = await modelHash(model);
  const found = await dissect(await testContext(), model, await openLabelled('world:0-23'), {
    layers: ['conv5'],
    k: 1,
  });
  const file = JSON.stringify({ convscope: '0', adapter: 'test', ...found });
  const scan = (of: string | undefined) =>
    JSON.stringify({ method: 'scan', version: 1, model: { name: 'mini-caffenet', hash: of } });
  const path = folder('dissection', { 'dissection.json': file, 'overlaps.json': scan(hash) });
  await using opened = await openToolbox('#layer=conv5&unit=0&back=off&unitPane=false');
  await choose(opened, path);
  await until(opened, '!document.getElementById("concepts").hidden');
  const [{ units }] = found.layers;
  const best = [...units].sort((a, b) => (b.detector ? 1 : 0) + b.best.iou - (a.detector ? 1 : 0) - a.best.iou)[0];
  const rows = () => opened.page.$$eval('#concept-units button', (all) => all.map((e) => e.textContent ?? ''));
  expect((await rows())[0]).toBe(`${best.unit} ${best.best.label}${best.best.iou.toFixed(3)}`);
  expect((await rows()).length).toBe(64);
  const written = { ...best.best, unit: best.unit };
  await opened.page.click('#concept-units button');
  expect((await stateOf(opened)).unit).toBe(best.unit);
  expect(await textOf(opened, 'concept')).toBe(
    `${written.label} (${written.category}) · IoU ${written.iou.toFixed(3)}`,
  );
  expect(coloursOf(await pixelsOf(opened, 'unit'))).toBeGreaterThan(3);
  await opened.page.type('#concept-filter', written.label);
  const same = units.filter((u) => `${u.best.label}\n${u.best.category}`.includes(written.label)).length;
  expect((await rows()).length).toBe(same);
  expect(await textOf(opened, 'concept-count')).toBe(`${same} of 64 units`);
  expect((await stateOf(opened)).concept).toBe(written.label);
  // No other layer was dissected.
  await opened.page.evaluate('toolbox.change({ layer: "conv4" })');
  expect(await opened.page.$eval('#concepts', (e) => e.getBoundingClientRect().height)).toBe(0);
  expect(await textOf(opened, 'concept')).toBe('');

  await choose(opened, folder('foreign', { 'dissection.json': file, 'overlaps.json': scan(other) }));
  await until(opened, '!document.getElementById("problem").hidden');
  expect(await textOf(opened, 'problem')).toContain(
    `overlaps.json is of the net 'mini-caffenet' with the hash ${other}, and open is 'mini-caffenet' with the hash ${hash}. Open that net first`,
  );
  // What was shown before is gone, as the page says.
  await opened.page.evaluate('toolbox.change({ layer: "conv5" })');
  expect(await textOf(opened, 'concept')).toBe('');
  expect(opened.problems).toEqual([]);
});

test('an atlas: its icons in their places, what a square is of, and a class picked out', async () => {
  const model = await netOf();
  const colours = ['#c02020', '#20a030', '#2040c0'];
  const icon = async (background: string) =>
    sharp({ create: { width: 16, height: 16, channels: 3, background } })
      .png()
      .toBuffer();
  const sheet = await sharp({ create: { width: 32, height: 32, channels: 3, background: '#000' } })
    .composite(
      await Promise.all(
        colours.map(async (colour, i) => ({
          input: await icon(colour),
          left: 16 * (i % 2),
          top: 16 * Math.floor(i / 2),
        })),
      ),
    )
    .png()
    .toBuffer();
  const fish = [{ class: 3, contribution: 2.5 }];
  const clock = [
    { class: 5, contribution: 1.25 },
    { class: 3, contribution: -0.5 },
  ];
  const atlas = {
    model: { name: model.name, hash: await modelHash(model) },
    layer: 'conv5',
    points: Array.from({ length: 5 }, (_, i) => ({ id: `world:${i}`, place: [0, 0], at: [0, 0], predicted: 3 })),
    levels: [
      {
        side: 2,
        sheet: 'level-2.png',
        cells: [
          { column: 0, row: 0, members: [0], classes: fish, icon: 0 },
          { column: 1, row: 0, members: [1, 2, 3], classes: clock, icon: 1 },
          { column: 0, row: 1, members: [1], classes: fish },
          { column: 1, row: 1, members: [4], classes: clock, icon: 2 },
        ],
      },
      { side: 1, sheet: 'level-2.png', cells: [{ column: 0, row: 0, members: [0, 1, 2, 3, 4], classes: fish }] },
    ],
  };
  await using opened = await openToolbox('#back=off');
  await until(opened, 'toolbox.net() !== undefined');
  await choose(opened, folder('atlas', { 'atlas.json': JSON.stringify(atlas), 'level-2.png': sheet }));
  await until(opened, 'document.querySelectorAll("#results-atlas-map button").length === 4');
  await opened.page.keyboard.press('R');
  await until(opened, 'document.getElementById("results").open');
  expect(await textOf(opened, 'results-found')).toBe('atlas: 5 activations of conv5, below');
  // The square with the most is shown first.
  expect(await textOf(opened, 'results-atlas-count')).toBe('3 activations');
  expect(await textOf(opened, 'results-atlas-classes')).toBe('clock1.25fish-0.50');
  expect(await textOf(opened, 'results-atlas-pictures')).toBe('of world:1, world:2, world:3');
  const colourOf = async (selector: string): Promise<number[]> => {
    const element = await opened.page.waitForSelector(selector);
    const shot = await element?.screenshot();
    const { width = 0, height = 0 } = await sharp(shot).metadata();
    const [left, top] = [Math.floor(width / 3), Math.floor(height / 3)];
    const middle = await sharp(shot).extract({ left, top, width: left, height: top }).toBuffer();
    return (await sharp(middle).stats()).channels.slice(0, 3).map(({ mean }) => mean);
  };
  const near = (seen: readonly number[], colour: string) => {
    const want = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    for (const [c, value] of want.entries()) expect(Math.abs(seen[c] - value), `${seen}, ${colour}`).toBeLessThan(3);
  };
  near(await colourOf('#results-atlas-map button:nth-child(1)'), colours[0]);
  near(await colourOf('#results-atlas-map button:nth-child(4)'), colours[2]);
  near(await colourOf('#results-atlas-icon'), colours[1]);
  await opened.page.click('#results-atlas-map button:nth-child(3)');
  expect(await textOf(opened, 'results-atlas-count')).toBe('1 activation; no image could be made of their mean');
  await opened.page.select('#results-atlas-class', 'clock');
  const dimmed = () =>
    opened.page.$$eval('#results-atlas-map button', (all) => all.map((one) => one.classList.contains('dim')));
  expect(await dimmed()).toEqual([true, false, true, false]);
  await opened.page.select('#results-atlas-level', '1');
  expect(await dimmed()).toEqual([true]);
  await opened.page.click('#results-none');
  await until(opened, 'document.getElementById("results-atlas").hidden');
  expect(opened.problems).toEqual([]);

  await opened.page.click('#results-hide');
  const refused = async (name: string, files: Readonly<Record<string, string>>): Promise<string> => {
    await opened.page.evaluate(() => document.querySelector<HTMLElement>('#problem .dismiss')?.click());
    await choose(opened, folder(name, files));
    await until(opened, '!document.getElementById("problem").hidden');
    return textOf(opened, 'problem');
  };
  const ofOther = { ...atlas, model: { ...atlas.model, hash: other } };
  expect(await refused('other', { 'atlas.json': JSON.stringify(ofOther) })).toContain('atlas.json is of the net');
  expect(await refused('bare', { 'atlas.json': JSON.stringify(atlas) })).toContain(
    'level-2.png of the atlas is not in',
  );
  const away = { ...atlas, levels: [{ ...atlas.levels[0], sheet: '../level-2.png' }] };
  expect(await refused('away', { 'atlas.json': JSON.stringify(away) })).toContain(
    'levels[0].sheet must be the name of a file beside it, it is "../level-2.png"',
  );
});

test('galleries of other nets, and what is no result, are refused with what to do', async () => {
  const index = JSON.parse(readFileSync(join(PACKS, 'mini-caffenet/index.json'), 'utf8'));
  const gallery = (name: string, change: object) => {
    cpSync(join(PACKS, 'mini-caffenet/sheets'), join(made, name, 'sheets'), { recursive: true });
    return folder(name, { 'index.json': JSON.stringify({ ...index, ...change }) });
  };
  await using opened = await openToolbox('#layer=conv5&unit=0&back=off&unitPane=false');
  const refused = async (path: string): Promise<string> => {
    await opened.page.evaluate(() => document.querySelector<HTMLElement>('#problem .dismiss')?.click());
    await choose(opened, path);
    await until(opened, '!document.getElementById("problem").hidden');
    return textOf(opened, 'problem');
  };
  const { hash } = index.model;
  expect(await refused(gallery('net', { model: { ...index.model, name: 'mine', hash: other } }))).toContain(
    `index.json is of the net 'mine' with the hash ${other}, and open is 'mini-caffenet' with the hash ${hash}. Open that net first`,
  );
  const preprocessing = { ...index.model.preprocessing, scale: 1 };
  expect(await refused(gallery('way', { model: { ...index.model, preprocessing } }))).toContain(
    'index.json was made with another preprocessing',
  );
  expect(await refused(gallery('damaged', { tiles: [{ unit: 'fc8:0', sheet: 99, x: 0, y: 0 }] }))).toContain(
    'index.json of a pack: tiles[0].sheet must be below 2, it is 99',
  );
  expect(await refused(folder('cut', { 'top.json': ROBUST.slice(0, 500) }))).toMatch(/top images.*JSON/);
  expect(await refused(folder('name', { 'top.json': ROBUST.replace('"mini-caffenet-robust"', '"mine"') }))).toContain(
    "top.json is of the net 'mine', and open is 'mini-caffenet'",
  );
  expect(await refused(folder('empty', { 'notes.txt': 'x', 'search.json': '{}' }))).toContain(
    'empty holds no results that can be shown: neither index.json (convscope gallery), top.json (convscope top), dissection.json (convscope dissect) nor atlas.json (convscope atlas). Choose the folder that --out named. search.json is not shown here: a search for recipes',
  );
  expect((await stateOf(opened)).model).toBe('mini-caffenet');
  expect(opened.problems).toEqual([]);
});
