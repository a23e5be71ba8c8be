// The pages in Firefox: another compiler of shaders, another canvas, another everything.
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openPage } from '../support/browser.js';
import { findFirefox } from '../support/firefox.js';
import { coloursOf, openToolbox, pixelsOf, TIMEOUT, textOf, until } from '../support/toolbox.js';

const PATIENCE = { timeout: TIMEOUT, interval: 500 };

test('the toolbox in Firefox names its picture and draws its panes', { timeout: 4 * TIMEOUT }, async ({ skip }) => {
  if (!findFirefox()) skip('no Firefox is installed, and FIREFOX_PATH names none');
  await using opened = await openToolbox('', { engine: 'firefox' });
  console.log(`browser: ${await opened.page.browser().version()}; ${await textOf(opened, 'status')}`);
  // Image 0 of seed 2: the caption names the class that the net finds.
  const guess = await opened.page.$eval('#guesses li span', (e) => e.textContent ?? '');
  expect(guess).not.toBe('');
  expect(await textOf(opened, 'picture-name')).toContain(guess);
  await until(opened, '/greatest now [-0-9.e]+/.test(document.getElementById("unit-value").textContent)');
  for (const [pane, colours] of [
    ['input', 300],
    ['grid', 20],
    ['unit', 5],
    ['back', 100],
  ] as const) {
    await expect.poll(async () => coloursOf(await pixelsOf(opened, pane)), PATIENCE).toBeGreaterThan(colours);
  }
  expect(opened.problems).toEqual([]);
});

test('a preferred image grows in Firefox', { timeout: 4 * TIMEOUT }, async ({ skip }) => {
  if (!findFirefox()) skip('no Firefox is installed, and FIREFOX_PATH names none');
  await using opened = await openPage('/examples/preferred-image/index.html', { engine: 'firefox' });
  const after = (steps: number) =>
    until(opened, `Number(document.querySelector('[data-show="step"]').textContent) >= ${steps}`);
  const shown = (name: string) => opened.page.$eval(`[data-show="${name}"]`, (e) => Number(e.textContent));
  await after(2);
  const early = await shown('objective');
  await after(25);
  expect(await shown('best')).toBeGreaterThan(early);
  const canvas = await opened.page.$('canvas.picture');
  if (!canvas) throw new Error('no canvas');
  const { data } = await sharp(await canvas.screenshot())
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(coloursOf(new Uint8Array(data))).toBeGreaterThan(500);
  expect(opened.problems).toEqual([]);
});
