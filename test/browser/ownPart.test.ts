// The example of a part of one's own: two pictures grow, and the one that pays for differences is smoother.
import { expect, test } from 'vitest';
import { openPage } from '../support/browser.js';

/** Mean absolute difference of neighbouring pixels of a canvas, over the deviation of all, so that contrast does not count. */
const roughness = (id: string) => `(() => {
  const canvas = document.getElementById('${id}');
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext('2d');
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  const red = Array.from({ length: data.length / 4 }, (_, i) => data[i * 4]);
  const mean = red.reduce((a, b) => a + b, 0) / red.length;
  const deviation = Math.sqrt(red.reduce((sum, v) => sum + (v - mean) ** 2, 0) / red.length);
  const steps = red.flatMap((v, i) => ((i + 1) % canvas.width ? [Math.abs(v - red[i + 1])] : []));
  return steps.reduce((a, b) => a + b, 0) / steps.length / deviation;
})()`;

test('both pictures grow to the end, and the penalty makes one smooth', async () => {
  await using opened = await openPage('/examples/own-part/index.html');
  const ended = (id: string) =>
    opened.page.waitForFunction(`document.getElementById('${id}-objective').textContent.endsWith('step 150')`, {
      timeout: 120_000,
    });
  await ended('with');
  await ended('without');
  const [smooth, rough] = [
    Number(await opened.page.evaluate(roughness('with'))),
    Number(await opened.page.evaluate(roughness('without'))),
  ];
  // Measured: 0.27 and 0.94.
  expect(smooth).toBeLessThan(0.5 * rough);
  expect(rough).toBeGreaterThan(0.1);
  expect(opened.problems).toEqual([]);
}, 300_000);
