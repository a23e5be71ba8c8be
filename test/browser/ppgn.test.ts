// The page of samples in a real browser: chains walk, obey their sliders, fill holes, and come back from files.
import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { recipeOf } from '../../src/core/pngRecipe.js';
import { worldImage } from '../../train/world/index.js';
import { openPage, type TestPage } from '../support/browser.js';
import { savedBy } from '../support/saved.js';

const PAGE = '/examples/ppgn/index.html';
const PATIENCE = { timeout: 150_000 };
const SIDE = 64;

const until = (opened: TestPage, condition: string) => opened.page.waitForFunction(condition, PATIENCE);
const textOf = (opened: TestPage, selector: string): Promise<string> =>
  opened.page.evaluate((s) => document.querySelector(s)?.textContent ?? '', selector);
/** Waits until the chains have taken so many steps and show them, or until something is wrong. */
const afterSteps = (opened: TestPage, steps: number) =>
  until(
    opened,
    `!document.getElementById('problem').hidden || Number(/step (\\d+)/.exec(document.getElementById('pace').textContent)?.[1]) >= ${steps}`,
  );
/** Pauses, and returns how many steps were taken. */
async function pause(opened: TestPage): Promise<number> {
  await opened.page.click('#walk');
  // The steps that were on their way are shown, too.
  await until(opened, 'document.getElementById("pace").textContent.startsWith("step " + ppgn.chains.steps + " ")');
  return opened.page.evaluate(() => Reflect.get(window, 'ppgn').chains.steps);
}

/** The image of a chain as it is on its canvas. */
const imageOf = (opened: TestPage, chain = 0): Promise<number[]> =>
  opened.page.evaluate((n) => {
    const canvas = document.querySelectorAll<HTMLCanvasElement>('.chain canvas.picture')[n];
    return [...(canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [])];
  }, chain);

/** Chosen pixels in which two images differ, as rows and columns. */
const differing = (a: ArrayLike<number>, b: ArrayLike<number>): (readonly [y: number, x: number])[] =>
  Array.from({ length: SIDE * SIDE }, (_, i) => i)
    .filter((i) => [0, 1, 2].some((c) => a[4 * i + c] !== b[4 * i + c]))
    .map((i) => [Math.floor(i / SIDE), i % SIDE] as const);

test('chains walk by themselves towards all that is wanted, and a link keeps what was asked', async () => {
  await using opened = await openPage(`${PAGE}#want=fish&want=conv5:12&chains=2&seed=5`);
  await afterSteps(opened, 1);
  const early = [await imageOf(opened, 0), await imageOf(opened, 1)];
  await afterSteps(opened, 3);
  expect(await pause(opened)).toBeGreaterThanOrEqual(3);
  const late = [await imageOf(opened, 0), await imageOf(opened, 1)];
  for (const n of [0, 1]) expect(differing(early[n], late[n]).length).toBeGreaterThan(2000);
  expect(differing(late[0], late[1]).length).toBeGreaterThan(2000);
  expect(await textOf(opened, '#title')).toBe('fish and conv5:12');
  expect(await opened.page.$$eval('.chain [data-show="seed"]', (all) => all.map((e) => e.textContent))).toEqual([
    'seed 5',
    'seed 6',
  ]);
  expect(await textOf(opened, '.chain [data-show="value"]')).toMatch(/^p [01]\.\d{3} · log p −[\d.e-]+$/);
  await opened.page.click('#others');
  expect(await opened.page.evaluate('location.hash')).toBe(
    '#net=mini-caffenet-robust&want=fish&want=conv5:12&chains=2&seed=7',
  );
  await until(opened, 'document.querySelector(".chain [data-show=seed]").textContent === "seed 7"');
  expect(opened.problems).toEqual([]);
});

test('a slider acts on the chains as they walk', async () => {
  await using opened = await openPage(`${PAGE}#want=ball&chains=1&e3=0.001`);
  await afterSteps(opened, 2);
  const before = await opened.page.evaluate(() => {
    const { chains } = Reflect.get(window, 'ppgn');
    const rate = document.getElementById('rate');
    if (!(rate instanceof HTMLInputElement)) throw new Error('no slider');
    rate.value = rate.min;
    rate.dispatchEvent(new Event('input'));
    return { steps: chains.steps, running: chains.running };
  });
  expect(before.running).toBe(true);
  await afterSteps(opened, before.steps + 1);
  await pause(opened);
  expect(await opened.page.evaluate('location.hash')).toBe(
    '#net=mini-caffenet-robust&want=ball&chains=1&seed=0&e3=0.001&rate=0',
  );
  // At a rate of 0 nothing is left of a step but the decay of the code.
  const [code, next] = await opened.page.evaluate(async () => {
    const { run } = Reflect.get(window, 'ppgn').chains;
    const read = async () => [...((await run.variables()).get(0)[0] as Float32Array)];
    const first = await read();
    run.run(1);
    return [first, await read()];
  });
  expect(Math.hypot(...code)).toBeGreaterThan(0.1);
  for (const [i, value] of next.entries()) expect(value).toBeCloseTo(0.99 * code[i], 5);
  expect(opened.problems).toEqual([]);
});

test('a saved sample holds the recipe of its chain alone: dropped, it makes the same image', async () => {
  await using opened = await openPage(`${PAGE}#want=clock&want=fish&chains=2&seed=3&start=7&e3=0.00001`);
  await afterSteps(opened, 3);
  const steps = await pause(opened);
  const image = await imageOf(opened, 1);
  const png = await savedBy(opened, '.chain:nth-child(2) [data-do="png"]');
  const recipe = recipeOf(Uint8Array.from(png));
  expect(recipe).toMatchObject({
    method: 'synthesize',
    seeds: [4],
    // The last step of a recipe moves nothing.
    steps: steps + 1,
    objective: { name: 'sum', of: [{ name: 'logProbability' }, { name: 'logProbability' }] },
    about: {
      model: 'mini-caffenet-robust',
      nets: { generator: { model: 'mini-generator' }, encoder: { model: 'mini-encoder' } },
      sample: { start: 8 },
    },
  });
  expect(recipe?.about).not.toHaveProperty('moved');
  const drop = (name: string, content: string | readonly number[]) =>
    opened.page.evaluate(
      (fileName, given) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([typeof given === 'string' ? given : Uint8Array.from(given)], fileName));
        document.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }));
      },
      name,
      content,
    );
  await drop('sample.png', png);
  await until(
    opened,
    `document.querySelectorAll('.chain').length === 1 && document.getElementById('pace').textContent.startsWith('step ${steps} ') && !ppgn.chains.running`,
  );
  expect(await opened.page.evaluate('location.hash')).toBe(
    '#net=mini-caffenet-robust&want=clock&want=fish&chains=1&seed=4&e3=0.00001&start=8',
  );
  // One chain or two of a batch: the same image up to rounding.
  const again = await imageOf(opened);
  expect(Math.max(...again.map((value, i) => Math.abs(value - image[i])))).toBeLessThanOrEqual(1);
  // What the page has no controls for is not dropped in silence.
  const text = JSON.stringify(recipe);
  expect(text).toContain('"deviations":3');
  await drop('other.json', text.replace('"deviations":3', '"deviations":2'));
  await until(opened, '!document.getElementById("problem").hidden');
  expect(await textOf(opened, '#problem')).toMatch(/^The recipe is of other parts/);
  expect(opened.problems).toEqual([]);
});

test('a hole is filled and nothing else; what is painted on the mask makes it larger', async () => {
  await using opened = await openPage(`${PAGE}#want=ball&chains=1&hole=3`);
  await opened.page.setViewport({ width: 1280, height: 1400 });
  const { data } = worldImage(2, 3);
  await afterSteps(opened, 2);
  const square = differing(await imageOf(opened), data);
  expect(square.length).toBeGreaterThan(900);
  expect(square.filter(([y, x]) => y < 16 || y >= 48 || x < 16 || x >= 48)).toEqual([]);
  // A stroke along the top left.
  const { left, top, width } = await opened.page.$eval('#mask', (canvas) => canvas.getBoundingClientRect().toJSON());
  const at = (pixel: number) => (pixel * width) / SIDE;
  await opened.page.mouse.move(left + at(4), top + at(4));
  await opened.page.mouse.down();
  await opened.page.mouse.move(left + at(12), top + at(4), { steps: 2 });
  await opened.page.mouse.up();
  await until(opened, 'location.hash.includes("&mask=")');
  await until(opened, 'ppgn.chains.running && ppgn.chains.steps >= 2');
  const { pixels, open } = await opened.page.evaluate(() => {
    const { cards, asked } = Reflect.get(window, 'ppgn');
    const canvas = cards()[0].element.querySelector('canvas.picture');
    return {
      pixels: [...canvas.getContext('2d').getImageData(0, 0, 64, 64).data] as number[],
      open: [...asked().mask.open] as number[],
    };
  });
  const larger = differing(pixels, data);
  expect(open[4 * SIDE + 8]).toBe(1);
  expect(larger.filter(([y, x]) => y < 10 && x < 18).length).toBeGreaterThan(80);
  expect(larger.filter(([y, x]) => open[y * SIDE + x] === 0)).toEqual([]);
  // By keys too.
  const before = await opened.page.evaluate('location.hash');
  await opened.page.focus('#mask');
  for (const key of ['ArrowLeft', 'ArrowUp', 'Space'] as const) await opened.page.keyboard.press(key);
  for (let i = 0; i < 12; i++) await opened.page.keyboard.press('ArrowDown');
  await opened.page.keyboard.press('Space');
  expect(await opened.page.evaluate('location.hash')).not.toBe(before);
  await opened.page.click('#clear');
  await until(opened, '!document.getElementById("problem").hidden');
  expect(await textOf(opened, '#problem')).toBe('Paint a hole first: there is nothing to fill.');
  expect(opened.problems).toEqual([]);
});

test('what is not there is refused in plain words, and the page goes on', async () => {
  await using opened = await openPage(`${PAGE}#want=unicorn&chains=1`);
  await until(opened, '!document.getElementById("problem").hidden');
  expect(await textOf(opened, '#problem')).toMatch(
    /^mini-caffenet-robust has no class ‘unicorn’\. It has face, house, /,
  );
  expect(await opened.page.$$eval('.chain', (all) => all.length)).toBe(0);
  await opened.page.click('#extras button');
  await until(opened, 'document.getElementById("problem").textContent.startsWith("Say what is wanted")');
  await opened.page.type('#say', 'a dog');
  await opened.page.keyboard.press('Enter');
  await until(
    opened,
    '!document.getElementById("problem").hidden && !document.getElementById("problem").textContent.startsWith("Say")',
  );
  expect(await textOf(opened, '#problem')).toMatch(/mini-captioner/);
  expect(opened.problems).toEqual([]);
});

test('nothing is cut off on a phone or a desktop, and no rule of accessibility is broken', async () => {
  await using opened = await openPage(`${PAGE}#want=fish&chains=2&start=3&hole=3`);
  await afterSteps(opened, 1);
  await pause(opened);
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
