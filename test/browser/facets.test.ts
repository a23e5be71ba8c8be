// The page of a unit's facets in a real browser: they are found and drawn, made by hand, saved, and described where they cannot be.
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { recipeOf } from '../../src/core/pngRecipe.js';
import { openPage, type TestPage } from '../support/browser.js';
import { savedBy } from '../support/saved.js';

const PAGE = '/examples/facets/index.html';
const PATIENCE = { timeout: 60_000 };

const until = (opened: TestPage, condition: string) => opened.page.waitForFunction(condition, PATIENCE);
const textOf = (opened: TestPage, selector: string): Promise<string> =>
  opened.page.evaluate((s) => document.querySelector(s)?.textContent ?? '', selector);
const cards = (opened: TestPage, count: number) =>
  until(opened, `document.querySelectorAll('.card').length === ${count}`);

/** Waits until a facet's image has taken so many steps. */
const afterSteps = (opened: TestPage, facet: number, steps: number) =>
  until(
    opened,
    `Number(/step (\\d+)/.exec(document.querySelectorAll('.card [data-show="step"]')[${facet}]?.textContent)?.[1]) >= ${steps}`,
  );

/** The image of a facet as it is on its canvas. */
const imageOf = (opened: TestPage, facet: number): Promise<number[]> =>
  opened.page.evaluate((n) => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('.card canvas.picture')[n];
    const copy = new OffscreenCanvas(canvas.width, canvas.height);
    const context = copy.getContext('2d');
    context?.drawImage(canvas, 0, 0);
    return [...(context?.getImageData(0, 0, canvas.width, canvas.height).data ?? [])];
  }, facet);

/** Where a picture is on the screen. */
const placeOf = (opened: TestPage, index: number): Promise<readonly [number, number]> =>
  opened.page.evaluate((i) => {
    const { left, top } = document.getElementById('map')?.getBoundingClientRect() ?? new DOMRect();
    const [x, y] = Reflect.get(window, 'facets').map.placeOf(i);
    return [left + x, top + y] as const;
  }, index);

interface Found {
  readonly unit: string;
  readonly k: number;
  readonly images: readonly { readonly id: number; readonly facet: number }[];
}
const found = (opened: TestPage): Promise<Found> =>
  opened.page.evaluate(() => {
    const { unit, k, images } = Reflect.get(window, 'facets').found();
    return { unit, k, images };
  });

test('facets are found by themselves, and their images grow from their means; a link keeps what was asked', async () => {
  await using opened = await openPage(`${PAGE}#pictures=24&k=2&unit=fc8:19`);
  await cards(opened, 2);
  const { unit, k, images } = await found(opened);
  expect([unit, k]).toEqual(['fc8:19', 2]);
  expect(images.length).toBeGreaterThan(12);
  expect(await textOf(opened, '#title')).toMatch(
    /^market of mini-caffenet: \d+ of 24 pictures in 2 facets, silhouette 0\.\d\d$/,
  );
  const counts = await opened.page.$$eval('.card [data-show="count"]', (all) =>
    all.map((e) => Number.parseInt(e.textContent ?? '', 10)),
  );
  expect(counts.reduce((a, b) => a + b)).toBe(images.length);
  await afterSteps(opened, 0, 2);
  const early = await imageOf(opened, 0);
  await afterSteps(opened, 0, 20);
  await opened.page.click('.card [data-do="grow"]');
  const late = await imageOf(opened, 0);
  expect(new Set(early).size).toBeGreaterThan(50);
  const moved = late.reduce((sum, value, i) => sum + Math.abs(value - early[i]), 0) / late.length;
  expect(moved).toBeGreaterThan(2);
  expect(await textOf(opened, '.card [data-do="grow"]')).toBe('Go on');
  await opened.page.select('#scale', 'root');
  expect(await opened.page.evaluate('location.hash')).toBe('#net=mini-caffenet&unit=fc8:19&pictures=24&k=2&scale=root');
  expect(opened.problems).toEqual([]);
});

test('a loop around pictures makes a facet of them, which grows too and can be taken away', async () => {
  await using opened = await openPage(`${PAGE}#pictures=24&k=2`);
  await opened.page.setViewport({ width: 1280, height: 800 });
  await cards(opened, 2);
  await opened.page.click('#lasso');
  const { images } = await found(opened);
  const places = await Promise.all(images.map((_, i) => placeOf(opened, i)));
  const { left, right, top, bottom } = await opened.page.$eval('#map', (map) => map.getBoundingClientRect().toJSON());
  const middle = (left + right) / 2;
  await opened.page.mouse.move(left + 2, top + 2);
  await opened.page.mouse.down();
  for (const [x, y] of [
    [middle, top + 2],
    [middle, bottom - 2],
    [left + 2, bottom - 2],
  ])
    await opened.page.mouse.move(x, y, { steps: 3 });
  await opened.page.mouse.up();
  await cards(opened, 3);
  const within = places.filter(([x]) => x < middle).length;
  expect(within).toBeGreaterThan(1);
  expect(await textOf(opened, '.card [data-show="count"]')).toBe(`${within} pictures, by hand`);
  await afterSteps(opened, 0, 3);
  await opened.page.evaluate(`document.querySelector('.card [data-do="remove"]').click()`);
  await cards(opened, 2);
  expect(opened.problems).toEqual([]);
});

test('pictures are named under the pointer and by keys, and keys make a facet too', async () => {
  await using opened = await openPage(`${PAGE}#pictures=16&k=2`);
  await cards(opened, 2);
  await opened.page.mouse.move(...((await placeOf(opened, 3)) as [number, number]));
  await until(opened, '!document.getElementById("peek").hidden');
  expect(await textOf(opened, '#peek-text')).toMatch(/^Facet [12]: .*market/);
  await opened.page.focus('#map');
  for (const key of ['ArrowLeft', 'Space', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Space'] as const)
    await opened.page.keyboard.press(key);
  expect(await textOf(opened, '#told')).toMatch(/^Facet [12]: /);
  const picked = Number((await textOf(opened, '#picked')).match(/\d+/)?.[0]);
  expect(picked).toBeGreaterThan(0);
  await opened.page.keyboard.press('Enter');
  await cards(opened, 3);
  expect(await textOf(opened, '.card [data-show="count"]')).toMatch(new RegExp(`^${picked} picture`));
  for (const key of ['+', '+', '-', '0', 'Escape'] as const) await opened.page.keyboard.press(key);
  expect(opened.problems).toEqual([]);
});

test('a saved picture holds the recipe that starts from its mean', async () => {
  await using opened = await openPage(`${PAGE}#pictures=16&k=2&unit=fc8:5`);
  await cards(opened, 2);
  await afterSteps(opened, 1, 2);
  const recipe = recipeOf(Uint8Array.from(await savedBy(opened, '.card:nth-child(2) [data-do="png"]')));
  expect(recipe).toMatchObject({
    seeds: [1],
    starts: [{ by: 'picture', picture: 'mean-2.png' }],
    about: { model: 'mini-caffenet', unit: 'fc8:5', preset: 'spectrum', picture: { contrast: 'pixels' } },
  });
  expect(opened.problems).toEqual([]);
});

test('dropped pictures are grouped in place of the world’s; one that cannot be read is left out and named', async () => {
  await using opened = await openPage(`${PAGE}#pictures=12&k=2`);
  await cards(opened, 2);
  await opened.page.evaluate(async () => {
    const transfer = new DataTransfer();
    for (let i = 0; i < 8; i++) {
      const canvas = new OffscreenCanvas(40, 30);
      const context = canvas.getContext('2d');
      if (!context) throw new Error('no canvas');
      context.fillStyle = `hsl(${i % 2 ? 0 : 200} 80% ${30 + 5 * i}%)`;
      context.fillRect(0, 0, 40, 30);
      transfer.items.add(new File([await canvas.convertToBlob()], `own ${i}.png`, { type: 'image/png' }));
    }
    transfer.items.add(new File(['no picture'], 'broken.png', { type: 'image/png' }));
    Object.assign(window, { transfer });
  });
  await opened.page.select('#choose', 'all');
  await opened.page.evaluate(() =>
    document.dispatchEvent(new DragEvent('drop', { dataTransfer: Reflect.get(window, 'transfer'), cancelable: true })),
  );
  await until(opened, 'document.getElementById("title").textContent.includes(": 8 of 8 pictures in 2")');
  expect(await textOf(opened, '#source')).toBe('9 pictures of yours.');
  expect(await textOf(opened, '.card [data-show="count"]')).toBe('4 pictures');
  expect(await textOf(opened, '#remark')).toMatch(/^1 could not be read, and were left out\. broken\.png: /);
  await opened.page.click('#to-world');
  expect(await textOf(opened, '#source')).toBe('Pictures of the toy world that show a market.');
  expect(opened.problems).toEqual([]);
});

test('what cannot be done is said in plain words, and a search can be cancelled', async () => {
  await using opened = await openPage(`${PAGE}#unit=conv5:3&choose=class&pictures=12`);
  await until(opened, '!document.getElementById("problem").hidden');
  expect(await textOf(opened, '#problem')).toMatch(/'class' is for a class, and conv5:3 is none/);
  await opened.page.select('#choose', '');
  await opened.page.$eval('#pictures', (input) => {
    (input as HTMLInputElement).value = '2000';
    input.dispatchEvent(new Event('change'));
  });
  await opened.page.click('#find');
  await until(
    opened,
    '/^Reading pictures: \\d+ %, \\d+ (s|min) left$/.test(document.getElementById("progress-text").textContent)',
  );
  await opened.page.click('#cancel');
  await until(opened, 'document.getElementById("progress-pane").hidden');
  expect(await textOf(opened, '#title')).toBe('No facets yet');
  // A net whose layers are no classes' says nothing about which to compare.
  await opened.page.evaluate(() => {
    const text = `name: "tiny" input: "data" input_dim: 1 input_dim: 3 input_dim: 20 input_dim: 24
      layer { name: "c" type: "Pooling" bottom: "data" top: "c" pooling_param { pool: AVE kernel_size: 5 } }`;
    const transfer = new DataTransfer();
    transfer.items.add(new File([text], 'tiny.prototxt'));
    document.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
  });
  await until(opened, 'document.getElementById("net").value === "tiny"');
  await opened.page.$eval('#pictures', (input) => {
    (input as HTMLInputElement).value = '12';
    input.dispatchEvent(new Event('change'));
  });
  await opened.page.click('#find');
  await until(opened, '!document.getElementById("problem").hidden');
  expect(await textOf(opened, '#problem')).toMatch(/^'tiny' has no layers before scores of classes/);
  await opened.page.$eval('#codes', (input) => {
    (input as HTMLInputElement).value = 'c';
    input.dispatchEvent(new Event('change'));
  });
  await opened.page.click('#find');
  await until(opened, 'document.getElementById("title").textContent.startsWith("c:0 of tiny: 12 of 12 pictures")');
  expect(opened.problems).toEqual([]);
});

test('nothing is cut off on a phone or a desktop, and no rule of accessibility is broken', async () => {
  await using opened = await openPage(`${PAGE}#pictures=12&k=2`);
  await cards(opened, 2);
  await opened.page.evaluate('document.getElementById("more").open = true');
  await opened.page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core') });
  for (const width of [390, 900, 1280]) {
    await opened.page.setViewport({ width, height: 844 });
    expect(await opened.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const violations = await opened.page.evaluate(async () => {
      const { violations: broken } = await Reflect.get(window, 'axe').run();
      return broken.map((v: { id: string; nodes: { html: string }[] }) => `${v.id}: ${v.nodes[0].html}`);
    });
    expect(violations, `${width} pixels`).toEqual([]);
  }
  expect(opened.problems).toEqual([]);
});
