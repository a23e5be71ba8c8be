// Attribution in the toolbox: maps over the input, as the library has them on its own; with each frame, or after many passes.
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { loadSafetensors } from '../../src/importers/index.js';
import { attributionPicture } from '../../src/methods/attributionPicture.js';
import { explain } from '../../src/methods/explain.js';
import { greatestActivation } from '../../src/methods/liveMap.js';
import type { PartSpec } from '../../src/parts/part.js';
import { preprocessPicture } from '../../src/scene/input.js';
import { worldImage } from '../../train/world/index.js';
import type { TestPage } from '../support/browser.js';
import { testContext } from '../support/device.js';
import { openToolbox, pictureOf, stateOf, textOf, until } from '../support/toolbox.js';

/** What the pane must show of picture `index` of the world: the map over it, at the size of the pane. */
async function expected(
  index: number,
  layer: string,
  channel: number,
  method: PartSpec,
  side: number,
): Promise<Uint8Array> {
  const ctx = await testContext();
  const stored = await readFile(new URL('../../models/mini-caffenet.safetensors', import.meta.url));
  const model = await loadSafetensors(new Uint8Array(stored));
  const input = await preprocessPicture(ctx, model, worldImage(2, index, { size: 64 }));
  const objective = greatestActivation({ layer, channel });
  const found = await explain(ctx, model, input, { objective, method });
  const { width, height, data } = attributionPicture(model, input, found);
  const raw = sharp(data, { raw: { width, height, channels: 4 } }).removeAlpha();
  return new Uint8Array(await raw.resize(side, side, { kernel: 'linear', fit: 'fill' }).raw().toBuffer());
}

/** The mean difference of a pane from what is expected. */
async function apart(
  opened: TestPage,
  index: number,
  layer: string,
  channel: number,
  method: PartSpec,
): Promise<number> {
  const { width, height, data } = await pictureOf(opened, 'input');
  expect(Math.abs(width - height)).toBeLessThanOrEqual(1);
  const want = await expected(index, layer, channel, method, Math.min(width, height));
  let sum = 0;
  let count = 0;
  const side = Math.min(width, height);
  // The pane's rounded corners are the page's.
  for (let y = 6; y < side - 6; y++) {
    for (let x = 6; x < side - 6; x++) {
      for (let c = 0; c < 3; c++) {
        sum += Math.abs(data[(y * width + x) * 3 + c] - want[(y * side + x) * 3 + c]);
        count++;
      }
    }
  }
  return sum / count;
}

const words = (opened: TestPage) => textOf(opened, 'attribution-words');
const saying = (opened: TestPage, text: string) =>
  until(opened, `document.getElementById("attribution-words").textContent.includes(${JSON.stringify(text)})`);
/** Two resamplings of one picture, and colours of 8 bits. */
const ALIKE = 4;
const patience = { timeout: 20_000, interval: 300 };
const BASE = 'back=off&unitPane=false&resolution=full&opacity=100';

describe('with each frame', () => {
  test('a method in the address: the map that the library has, for the class and then for another', async () => {
    await using opened = await openToolbox(`#layer=fc8&unit=3&picture=3&attribution=layerCam&${BASE}`);
    await saying(opened, "fc8:3 (fish): how much each place of 'relu5' speaks for the target.");
    const layerCam = { name: 'layerCam' };
    await expect.poll(() => apart(opened, 3, 'fc8', 3, layerCam), patience).toBeLessThan(ALIKE);
    // Of another unit it is another map, which tells that the comparison can fail.
    expect(await apart(opened, 3, 'fc8', 0, layerCam)).toBeGreaterThan(2 * ALIKE);
    await opened.page.evaluate('toolbox.change({ unit: 0 })');
    await expect.poll(() => apart(opened, 3, 'fc8', 0, layerCam), patience).toBeLessThan(ALIKE);
    expect(await words(opened)).toContain('fc8:0 (face)');
    // Another picture.
    await opened.page.keyboard.press('e');
    await expect.poll(() => apart(opened, 4, 'fc8', 0, layerCam), patience).toBeLessThan(ALIKE);
    expect(opened.problems).toEqual([]);
  });

  test('a unit of a map, signs, options, opacity, keys and the address', async () => {
    await using opened = await openToolbox(`#layer=conv5&unit=36&picture=13&${BASE}`);
    const bare = (await pictureOf(opened, 'input')).data;
    await opened.page.click('#why');
    expect(await stateOf(opened)).toMatchObject({ attribution: 'gradientInput' });
    await opened.page.select('#method', 'lrp');
    await saying(opened, 'Red speaks for it, blue against it.');
    await expect.poll(() => apart(opened, 13, 'conv5', 36, { name: 'lrp' }), patience).toBeLessThan(ALIKE);
    // Options come from the part's fields.
    const fields = await opened.page.$$eval('#method-fields label', (all) => all.map((e) => e.textContent));
    expect(fields.length).toBe(7);
    await opened.page.$eval('#method-options', (e) => e.setAttribute('open', ''));
    await opened.page.select('#method-rule', 'alphaBeta');
    const rule = { name: 'lrp', rule: 'alphaBeta' };
    await expect.poll(() => apart(opened, 13, 'conv5', 36, rule), patience).toBeLessThan(ALIKE);
    expect(new URLSearchParams(opened.page.url().split('#')[1]).get('attribution')).toBe('lrp rule=alphaBeta');
    // The default is not written.
    await opened.page.select('#method-rule', 'composite');
    expect((await stateOf(opened)).attribution).toBe('lrp');
    // Nothing of the map is seen at 0.
    await opened.page.$eval('#opacity', (slider) => {
      if (!(slider instanceof HTMLInputElement)) return;
      slider.value = '0';
      slider.dispatchEvent(new Event('input', { bubbles: true }));
    });
    expect((await stateOf(opened)).opacity).toBe(0);
    const farthest = async () => {
      const { data } = await pictureOf(opened, 'input');
      return data.reduce((most, v, i) => Math.max(most, Math.abs(v - bare[i])), 0);
    };
    // Both are interpolated between the picture's pixels.
    await expect.poll(farthest, patience).toBeLessThanOrEqual(2);
    await opened.page.keyboard.press(']');
    expect((await stateOf(opened)).opacity).toBe(10);
    await opened.page.keyboard.press('V');
    expect((await stateOf(opened)).attribution).not.toBe('lrp');
    await opened.page.keyboard.press('v');
    expect((await stateOf(opened)).attribution).toBe('lrp');
    await opened.page.click('#why');
    expect(await opened.page.$eval('#attribution', (e) => e.getBoundingClientRect().height)).toBe(0);
    await opened.page.click('#why');
    expect((await stateOf(opened)).attribution).toBe('lrp');
    expect(opened.problems).toEqual([]);
  });

  test('what a method refuses is said, and all else goes on', async () => {
    await using opened = await openToolbox(`#layer=prob&unit=0&picture=3&attribution=lrp&${BASE}`);
    await saying(opened, 'a class by its score before the softmax');
    await until(opened, 'document.getElementById("layer-name").textContent.startsWith("prob")');
    await opened.page.evaluate('toolbox.change({ layer: "fc8", unit: 0 })');
    await saying(opened, 'fc8:0 (face)');
    await opened.page.evaluate('toolbox.change({ attribution: "gradKam" })');
    await saying(opened, "There is no method 'gradKam'; known: activationGradient, ");
    await opened.page.evaluate('toolbox.change({ attribution: "gradCam layer=fc7" })');
    await saying(opened, 'must hold maps');
    await opened.page.evaluate('toolbox.change({ attribution: "gradCam layer=conv3" })');
    await saying(opened, "how much each place of 'conv3'");
    expect(opened.problems).toEqual([]);
  });

  test('frames make no buffers and are not answered with readbacks of the map', async () => {
    await using opened = await openToolbox(`#layer=fc8&unit=3&attribution=guidedGradCam&${BASE}`);
    await saying(opened, 'fc8:3 (fish): guided');
    const [worker] = opened.page.workers();
    await worker.evaluate(() => {
      const counts: Record<string, number> = { maps: 0, buffers: 0, groups: 0 };
      Object.assign(self, { counts });
      const { mapAsync } = GPUBuffer.prototype;
      GPUBuffer.prototype.mapAsync = function (...args) {
        // An adapter on the CPU copies what it drew to a 2D canvas.
        if (this.label !== 'read frame') counts.maps++;
        return mapAsync.apply(this, args);
      };
      const { createBuffer, createBindGroup } = GPUDevice.prototype;
      GPUDevice.prototype.createBuffer = function (descriptor) {
        if (descriptor.label !== 'read frame') counts.buffers++;
        return createBuffer.call(this, descriptor);
      };
      GPUDevice.prototype.createBindGroup = function (descriptor) {
        if (descriptor.label === 'heat view') counts.groups++;
        return createBindGroup.call(this, descriptor);
      };
    });
    const countsNow = (): Promise<Record<string, number>> =>
      worker.evaluate(() => ({ ...Reflect.get(self, 'counts') }));
    const stream = async (frames: number): Promise<void> => {
      await opened.page.evaluate(async (count) => {
        const { tell, pace } = Reflect.get(window, 'toolbox');
        const canvas = new OffscreenCanvas(64, 64);
        const context = canvas.getContext('2d');
        const from = pace().frames;
        const end = performance.now() + 40_000;
        for (let sent = 0; pace().frames < from + count && performance.now() < end; sent++) {
          if (context) context.fillStyle = `hsl(${(sent * 7) % 360} 80% 50%)`;
          context?.fillRect(0, 0, 40, 64);
          const frame = await createImageBitmap(canvas);
          const at = performance.timeOrigin + performance.now();
          tell({ type: 'frame', frame, name: 'stream', at, live: true, mirror: false }, [frame]);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }, frames);
    };
    await stream(4);
    const before = await countsNow();
    const began = performance.now();
    await stream(12);
    const seconds = (performance.now() - began) / 1000;
    const after = await countsNow();
    expect(after.groups - before.groups).toBe(0);
    expect(after.buffers - before.buffers).toBe(0);
    // Probabilities, history and the values of units without a map, five times a second.
    expect(after.maps - before.maps).toBeLessThanOrEqual(3 * Math.ceil(seconds * 5) + 3);
    console.log(`toolbox: 12 frames with guidedGradCam in ${seconds.toFixed(1)} s`);
    expect(opened.problems).toEqual([]);
  });
});

describe('when asked', () => {
  test('occlusion of a still picture, and not of the next one', async () => {
    await using opened = await openToolbox(
      `#layer=fc8&unit=3&picture=3&attribution=occlusion window=16 stride=8&${BASE}`,
    );
    await saying(opened, 'press Run');
    await opened.page.keyboard.press('y');
    expect((await stateOf(opened)).explaining).toBe(true);
    await saying(opened, 'what the target loses when a window of 16x16 pixels');
    expect((await stateOf(opened)).explaining).toBe(false);
    expect(await words(opened)).toMatch(/^fc8:3 \(fish\) = -?\d/);
    const method = { name: 'occlusion', window: 16, stride: 8 };
    await expect.poll(() => apart(opened, 3, 'fc8', 3, method), patience).toBeLessThan(ALIKE);
    await opened.page.keyboard.press('e');
    await saying(opened, 'press Run');
    expect(opened.problems).toEqual([]);
  });

  test('it can be cancelled, says how far it is, and refuses what does not fit', async () => {
    await using opened = await openToolbox(`#layer=fc8&unit=3&picture=3&attribution=rise masks=100000&${BASE}`);
    await saying(opened, 'press Run');
    await opened.page.click('#explain');
    await until(opened, 'document.getElementById("explain-share").value > 0');
    expect(await opened.page.$eval('#explain', (e) => e.textContent)).toMatch(/^Cancel/);
    await opened.page.click('#explain');
    await saying(opened, 'press Run');
    expect((await stateOf(opened)).explaining).toBe(false);
    // Another picture ends it too.
    await opened.page.keyboard.press('y');
    await until(opened, 'document.getElementById("explain-share").value > 0');
    await opened.page.keyboard.press('e');
    await until(opened, '!toolbox.state().explaining');
    await saying(opened, 'press Run');
    await opened.page.evaluate('toolbox.change({ attribution: "occlusion window=65", explaining: true })');
    await saying(opened, "occlusion.window: must be at most 64, the picture's shorter side, got 65");
    expect((await stateOf(opened)).explaining).toBe(false);
    expect(opened.problems).toEqual([]);
  });
});
