// Layers without maps in the toolbox: their units have names and values, in the tiles and in a list.
import { readFile } from 'node:fs/promises';
import type { AxeResults } from 'axe-core';
import { describe, expect, test } from 'vitest';
import { listed, valueText } from '../../examples/toolbox/vectorValues.js';
import { importCaffe, writeSafetensors } from '../../src/importers/index.js';
import { activationsOf, dropFiles, openToolbox, stateOf, until } from '../support/toolbox.js';

/** Names and values as the page has them. */
const pairsIn = (place: string) =>
  `[...document.querySelectorAll('${place}')].map((e) => [...e.querySelectorAll('span')].map((s) => s.textContent))`;

/** A net of 300 classes; `stated`: it says how pixels become its input. */
const manyClasses = (stated: boolean) =>
  writeSafetensors({
    ...importCaffe(
      `name: "many" input: "data" input_dim: 1 input_dim: 3 input_dim: 24 input_dim: 24
       layer { name: "pool" type: "Pooling" bottom: "data" top: "pool" pooling_param { pool: AVE kernel_size: 6 stride: 6 } }
       layer { name: "fc" type: "InnerProduct" bottom: "pool" top: "fc" inner_product_param { num_output: 300 } }`,
      undefined,
      { seededWeights: 3 },
    ),
    // As a trained net whose file says how pixels become its input.
    seeded: false,
    preprocessing: { order: 'rgb', mean: [0, 0, 0], scale: 1, fit: 'crop', stated },
    labels: Array.from({ length: 300 }, (_, i) => `class number ${i}`),
  });

describe('layers without maps', () => {
  test.each(['fc8', 'prob'])(
    '%s: each tile and each line of the list has its class’s name and value',
    async (layer) => {
      await using opened = await openToolbox(`#layer=${layer}&back=off&unitPane=false`);
      await until(opened, 'document.querySelectorAll("#tile-names > div").length === 20');
      const values = await activationsOf(opened, layer);
      const labels: string[] = (await opened.page.evaluate('toolbox.labels()')) as string[];
      const expected = labels.map((label, unit) => [label, valueText(values[unit])]);
      expect(await opened.page.evaluate(pairsIn('#tile-names > div'))).toEqual(expected);
      expect(await opened.page.evaluate(pairsIn('#units li'))).toEqual(expected);
      expect(opened.problems).toEqual([]);
    },
  );

  test('a name is written in the tile that a click there chooses', async () => {
    await using opened = await openToolbox('#layer=fc8&back=off&unitPane=false');
    await until(opened, 'document.querySelectorAll("#tile-names > div").length === 20');
    const place = () =>
      opened.page.$$eval('#tile-names > div', (tiles) => {
        const box = tiles[13].getBoundingClientRect();
        return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
      });
    // The list beside the tiles makes them smaller when it comes.
    let before = await place();
    await expect
      .poll(
        async () => {
          const now = await place();
          const same = now.x === before.x && now.y === before.y;
          before = now;
          return same;
        },
        { timeout: 20_000, interval: 1000 },
      )
      .toBe(true);
    const { x, y } = before;
    await opened.page.mouse.click(x, y);
    await until(opened, 'toolbox.state().unit === 13');
  });

  test('a line of the list chooses its unit, and the list goes with the layer', async () => {
    await using opened = await openToolbox('#layer=fc8&back=off&unitPane=false');
    await until(opened, 'document.querySelectorAll("#units li").length === 20');
    await opened.page.click('#units li:nth-child(4) button');
    expect((await stateOf(opened)).unit).toBe(3);
    await until(opened, 'document.querySelector("#units [aria-current=true] span").textContent === "fish"');
    await opened.page.keyboard.press('u');
    await opened.page.keyboard.press('u');
    await opened.page.keyboard.press('u');
    expect((await stateOf(opened)).layer).toBe('pool5');
    expect(await opened.page.$eval('#units', (e) => e instanceof HTMLElement && e.hidden)).toBe(true);
    expect(await opened.page.$$eval('#tile-names > div, #units li', (all) => all.length)).toBe(0);
  });

  test('of many classes the greatest are listed, the greatest first', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    await dropFiles(opened, [{ name: 'many.safetensors', bytes: manyClasses(true) }]);
    await until(
      opened,
      'toolbox.state().layer === "fc" || (toolbox.state().model === "many" && (toolbox.change({ layer: "fc" }), false))',
    );
    await until(opened, 'document.querySelectorAll("#units li").length === 40');
    const values = Float32Array.from(await activationsOf(opened, 'fc'));
    const expected = listed(values).map((unit) => [`class number ${unit}`, valueText(values[unit])]);
    await expect.poll(() => opened.page.evaluate(pairsIn('#units li')), { timeout: 10_000 }).toEqual(expected);
    expect(Number(expected[0][1])).toBeGreaterThanOrEqual(Number(expected[1][1]));
    expect(opened.problems).toEqual([]);
  });

  test('no class is named while nobody has said how pixels become the input', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    await dropFiles(opened, [{ name: 'many.safetensors', bytes: manyClasses(false) }]);
    await until(opened, 'document.getElementById("net").textContent.startsWith("many ")');
    await opened.page.evaluate('toolbox.change({ layer: "fc" })');
    await until(opened, 'document.getElementById("layer-name").textContent === "fc · 300 units"');
    expect(await opened.page.$eval('#units', (e) => e instanceof HTMLElement && e.hidden)).toBe(true);
    // As they are: 0 to 255.
    await opened.page.select('#ask select', '4');
    await until(opened, 'document.querySelectorAll("#units li").length === 40');
    expect(opened.problems).toEqual([]);
  });

  test('axe finds nothing serious in the list and the tiles, nor in the drawing pad, light and dark', async () => {
    await using opened = await openToolbox('#layer=fc8&back=off&unitPane=false&source=draw');
    await until(opened, 'document.querySelectorAll("#units li").length === 20');
    const { page } = opened;
    await page.addScriptTag({ content: await readFile(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8') });
    for (const value of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      const { violations } = await page.evaluate(() => Reflect.get(globalThis, 'axe').run() as Promise<AxeResults>);
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map((n) => n.html).join(' ')}`)).toEqual([]);
    }
  });
});
