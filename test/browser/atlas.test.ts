// The page of an atlas in a real browser: its icons are drawn where they belong, and it is moved, enlarged and asked.
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { openPage, type TestPage } from '../support/browser.js';

const PAGE = '/examples/atlas/index.html';

interface Data {
  readonly count: number;
  readonly labels: readonly string[];
  readonly icon: readonly [number, number];
  readonly levels: readonly {
    readonly side: number;
    readonly columns: number;
    readonly cells: readonly {
      readonly count: number;
      readonly icon?: number;
      readonly classes: readonly (readonly [number, number])[];
      readonly taken: readonly (readonly [number, number])[];
    }[];
  }[];
}

async function opened(): Promise<TestPage> {
  const page = await openPage(PAGE);
  await page.page.setViewport({ width: 1280, height: 900 });
  await page.page.waitForFunction(`[...document.images].every((image) => image.complete && image.naturalWidth > 0)`);
  await settled(page);
  return page;
}

/** After the next two frames everything that was asked for is drawn. */
const settled = (page: TestPage) =>
  page.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
const dataOf = (page: TestPage): Promise<Data> =>
  page.page.evaluate(() => JSON.parse(document.getElementById('atlas')?.textContent ?? ''));
const textOf = (page: TestPage, selector: string): Promise<string> =>
  page.page.evaluate((s) => document.querySelector(s)?.textContent ?? '', selector);
const placeOf = (page: TestPage, level: number, cell: number): Promise<[left: number, top: number, size: number]> =>
  page.page.evaluate((l, c) => Reflect.get(window, 'atlasView').placeOf(l, c), level, cell);
const pressed = async (page: TestPage, level: number, cell: number) => {
  const [left, top, size] = await placeOf(page, level, cell);
  const box = await page.page.$eval('#map', (map) => map.getBoundingClientRect().toJSON());
  await page.page.mouse.move(box.left + left + size / 2, box.top + top + size / 2);
};

/** For each cell of a level the mean colour and opacity of its middle half on the map, and that of its icon in the sheet. */
const colours = (page: TestPage, level: number): Promise<{ drawn: number[][]; icons: number[][] }> =>
  page.page.evaluate((l) => {
    const data: Data = JSON.parse(document.getElementById('atlas')?.textContent ?? '');
    const { cells, columns } = data.levels[l];
    const [w, h] = data.icon;
    const meanOf = (source: CanvasImageSource, x: number, y: number, width: number, height: number) => {
      const context = new OffscreenCanvas(16, 16).getContext('2d');
      if (!context) throw new Error('no canvas');
      context.imageSmoothingQuality = 'high';
      context.drawImage(source, x + width / 4, y + height / 4, width / 2, height / 2, 0, 0, 16, 16);
      const pixels = context.getImageData(0, 0, 16, 16).data;
      return [0, 1, 2, 3].map((c) => pixels.filter((_, i) => i % 4 === c).reduce((a, b) => a + b, 0) / 256);
    };
    const map = document.getElementById('map') as HTMLCanvasElement;
    const sheet = document.getElementById(`sheet-${l}`) as HTMLImageElement;
    const shown = cells.flatMap(({ icon }, i) => (icon === undefined ? [] : [{ icon, i }]));
    return {
      drawn: shown.map(({ i }) => {
        const [x, y, size] = Reflect.get(window, 'atlasView').placeOf(l, i);
        const ratio = map.width / map.clientWidth;
        return meanOf(map, x * ratio, y * ratio, size * ratio, size * ratio);
      }),
      icons: shown.map(({ icon }) => meanOf(sheet, (icon % columns) * w, Math.floor(icon / columns) * h, w, h)),
    };
  }, level);

test('every icon is drawn in its square, icons differ, and nothing goes wrong', async () => {
  await using page = await opened();
  const { levels, count } = await dataOf(page);
  const level: number = await page.page.evaluate(() => Reflect.get(window, 'atlasView').level());
  const { drawn, icons } = await colours(page, level);
  expect(drawn.length).toBe(levels[level].cells.length);
  for (const [i, colour] of drawn.entries()) {
    // Both are means of resampled pixels.
    for (const [c, value] of colour.entries()) expect(Math.abs(value - icons[i][c]), `icon ${i}`).toBeLessThan(6);
  }
  expect(new Set(drawn.map((colour) => colour.map((v) => Math.round(v / 8)).join())).size).toBeGreaterThan(
    drawn.length / 3,
  );
  for (const { cells } of levels) {
    const held = cells.reduce((sum, cell) => sum + cell.count, 0);
    expect(held).toBeLessThanOrEqual(count);
    expect(held).toBeGreaterThan(0.9 * count);
  }
  expect(page.problems).toEqual([]);
});

test('a square that is pointed at says what it holds, and a finer grid comes with the wheel', async () => {
  await using page = await opened();
  const { levels, labels } = await dataOf(page);
  const cell = 3;
  const level: number = await page.page.evaluate(() => Reflect.get(window, 'atlasView').level());
  await pressed(page, level, cell);
  await page.page.waitForFunction(`!document.getElementById('about').hidden`);
  const { count, classes, taken } = levels[level].cells[cell];
  expect(await textOf(page, '#taken')).toContain(`${labels[taken[0][0]]} (${taken[0][1]})`);
  expect(await textOf(page, '#count')).toBe(`${count} activations`);
  expect(await textOf(page, '#classes li')).toContain(labels[classes[0][0]]);
  const examples = await page.page.$$eval('#examples canvas', (all) =>
    all.map((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const data = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      return { name: canvas.title, colours: new Set(data).size };
    }),
  );
  expect(examples.length).toBe(3);
  for (const { name, colours: many } of examples) {
    expect(name).toMatch(/^world:\d+$/);
    expect(many).toBeGreaterThan(20);
  }
  expect(level).toBe(0);
  await page.page.mouse.wheel({ deltaY: -600 });
  await page.page.waitForFunction(`window.atlasView.level() === 1`);
  expect(await textOf(page, '#level')).toBe(`${levels[1].side}×${levels[1].side}, ${levels[1].cells.length} icons`);
  const before = await placeOf(page, 1, 0);
  const box = await page.page.$eval('#map', (map) => map.getBoundingClientRect().toJSON());
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  await page.page.mouse.move(x, y);
  await page.page.mouse.down();
  await page.page.mouse.move(x - 40, y - 30, { steps: 4 });
  await page.page.mouse.up();
  const after = await placeOf(page, 1, 0);
  expect([after[0] - before[0], after[1] - before[1]]).toEqual([-40, -30]);
  await page.page.click('#whole');
  expect(await page.page.evaluate(() => Reflect.get(window, 'atlasView').level())).toBe(0);
  expect(page.problems).toEqual([]);
});

test('keys go from square to square, and a class can be picked out', async () => {
  await using page = await opened();
  const { levels } = await dataOf(page);
  await page.page.focus('#map');
  await page.page.keyboard.press('ArrowRight');
  const first = await textOf(page, '#told');
  expect(first).toMatch(/^\d+ activations: /);
  await page.page.keyboard.press('ArrowDown');
  expect(await textOf(page, '#told')).not.toBe(first);
  await page.page.keyboard.press('Escape');
  expect(await page.page.$eval('#about', (about) => (about as HTMLElement).hidden)).toBe(true);
  for (const key of ['+', '+', '-', '0'] as const) await page.page.keyboard.press(key);
  await settled(page);
  const all = await colours(page, 0);
  const wanted = levels[0].cells[0].taken[0][0];
  await page.page.select('#class', String(wanted));
  await settled(page);
  const some = await colours(page, 0);
  for (const [i, { taken }] of levels[0].cells.entries()) {
    const change = Math.max(...some.drawn[i].map((v, c) => Math.abs(v - all.drawn[i][c])));
    if (taken[0][0] === wanted) expect(change).toBeLessThan(1);
    else expect(change).toBeGreaterThan(10);
  }
  expect(page.problems).toEqual([]);
});

test('nothing is cut off on a phone or a desktop, and no rule of accessibility is broken', async () => {
  await using page = await opened();
  await page.page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core') });
  for (const width of [390, 900, 1280]) {
    await page.page.setViewport({ width, height: 844 });
    await pressed(page, 0, 2);
    expect(await page.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    const violations = await page.page.evaluate(async () => {
      const { violations: broken } = await Reflect.get(window, 'axe').run();
      return broken.map((v: { id: string; nodes: { html: string }[] }) => `${v.id}: ${v.nodes[0].html}`);
    });
    expect(violations, `${width} pixels`).toEqual([]);
  }
  expect(page.problems).toEqual([]);
});
