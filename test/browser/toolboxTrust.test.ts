// Trust in the toolbox's page: nothing of an old net, unit or picture is shown under a new one's name.
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { importCaffe, writeSafetensors } from '../../src/importers/index.js';
import type { TestPage } from '../support/browser.js';
import { activationsOf, dropFiles, openToolbox, pictureOf, stateOf, textOf, until } from '../support/toolbox.js';

/** A net of three channels with a layer, and as many units, as the net that the page opens on has: conv1, but other pictures. */
function otherNet(): Uint8Array {
  const { seeded: _, ...model } = importCaffe(
    `name: "other" input: "data" input_dim: 1 input_dim: 3 input_dim: 64 input_dim: 64
     layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 32 kernel_size: 5 stride: 2 } }
     layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc" inner_product_param { num_output: 4 } }
     layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }`,
    undefined,
    { seededWeights: 3 },
  );
  return writeSafetensors({ ...model, preprocessing: { ...model.preprocessing, stated: true } });
}
const OTHER = { name: 'other.safetensors', bytes: otherNet() };
const BROKEN = { name: 'broken.png', type: 'image/png', bytes: new TextEncoder().encode('no picture') };

const isOpen = (opened: TestPage, name: string) =>
  until(opened, `document.getElementById('net').textContent.startsWith('${name} ·')`);
const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const patience = { timeout: 20_000, interval: 200 };

/** The share of a pane's pixels that have its middle's colour: all but the rounded corners where nothing is drawn. */
async function plainShareOf(opened: TestPage, id: string): Promise<number> {
  const { width, height, data } = await pictureOf(opened, id);
  const middle = (Math.floor(height / 2) * width + Math.floor(width / 2)) * 3;
  let same = 0;
  for (let i = 0; i < data.length; i += 3) same += [0, 1, 2].every((c) => data[i + c] === data[middle + c]) ? 1 : 0;
  return same / (width * height);
}

describe('another net', () => {
  test('after a broken picture the panes are empty, not the old net’s, and nothing is named', async () => {
    await using opened = await openToolbox('#layer=conv1&unit=3&back=off&unitPane=false');
    for (const pane of ['grid', 'unit', 'input']) {
      await expect.poll(() => plainShareOf(opened, pane), patience).toBeLessThan(0.9);
    }
    await dropFiles(opened, [BROKEN]);
    await until(opened, 'document.getElementById("problem").textContent.includes("broken.png")');
    await dropFiles(opened, [OTHER]);
    await isOpen(opened, 'other');
    for (const pane of ['grid', 'unit', 'input']) {
      await expect.poll(() => plainShareOf(opened, pane), patience).toBeGreaterThan(0.99);
    }
    const captions = await Promise.all(
      ['layer-name', 'unit-name', 'picture-name', 'unit-value', 'guesses'].map((id) => textOf(opened, id)),
    );
    expect(captions).toEqual(['', '', '', '', '']);
    expect(await textOf(opened, 'problem')).toMatch(/broken\.png/);
    // With a picture all is there again, and the new net's.
    await opened.page.click('[data-source="world"]');
    await until(opened, 'document.querySelectorAll("#guesses li").length === 4');
    expect(await textOf(opened, 'layer-name')).toBe('conv1 · 32 units of 30×30');
    expect(opened.problems).toEqual([]);
  });

  test('a unit of the same name takes the old one’s pictures away', async () => {
    await using opened = await openToolbox('#layer=conv1&unit=3&back=off');
    await until(opened, 'document.querySelectorAll("#top canvas").length === 9');
    await opened.page.evaluate(() => {
      for (const canvas of document.querySelectorAll<HTMLElement>('#pictures canvas')) canvas.dataset.old = 'true';
    });
    await dropFiles(opened, [OTHER]);
    await isOpen(opened, 'other');
    expect(await stateOf(opened)).toMatchObject({ layer: 'conv1', unit: 3 });
    expect(await opened.page.$$eval('#pictures [data-old]', (all) => all.length)).toBe(0);
    expect(opened.problems).toEqual([]);
  });

  test('what was said of the old one reaches neither the page nor the new one', async () => {
    await using opened = await openToolbox('#layer=conv1&unit=3&back=off&unitPane=false');
    const first = await opened.page.evaluate(() => Reflect.get(window, 'toolbox').net().id as number);
    await dropFiles(opened, [OTHER]);
    await isOpen(opened, 'other');
    await until(opened, 'document.querySelectorAll("#guesses li").length === 4');
    const before = await activationsOf(opened, 'conv1');
    await opened.page.evaluate((net) => {
      const { tell, state } = Reflect.get(window, 'toolbox');
      // As they come where the worker was busy: on their way before the page knew of another net.
      tell({ type: 'preprocessing', net, preprocessing: { scale: 100 } });
      tell({ type: 'state', net, state: { ...state(), layer: 'conv5', unit: 60 } });
    }, first);
    await wait(1500);
    expect(await textOf(opened, 'layer-name')).toBe('conv1 · 32 units of 30×30');
    expect(await activationsOf(opened, 'conv1')).toEqual(before);
    const [worker] = opened.page.workers();
    await worker.evaluate((net) => {
      const post = (message: unknown) => Reflect.get(self, 'postMessage').call(self, message);
      post({ type: 'guesses', net, guesses: [{ label: 'of the old net', probability: 1 }], at: 0 });
      post({ type: 'hover', net, unit: { layer: 'conv1', unit: 1 }, h: 0, w: 0, value: 42 });
    }, first);
    await wait(500);
    expect(await textOf(opened, 'guesses')).not.toContain('of the old net');
    expect(await textOf(opened, 'hover')).not.toContain('42');
    expect(opened.problems).toEqual([]);
  });

  test('of two nets that are opened at once the last stays, under its own name', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    await dropFiles(opened, [OTHER]);
    await dropFiles(opened, [{ name: 'nonsense.onnx', bytes: new TextEncoder().encode('no net') }]);
    await until(opened, '/nonsense|onnx/.test(document.getElementById("problem").textContent)');
    await until(opened, '!document.getElementById("net").textContent.includes("opening")');
    const title = (await textOf(opened, 'net')).split(' ')[0];
    expect((await stateOf(opened)).model).toBe(title);
    expect(opened.problems).toEqual([]);
  });
});

describe('another unit', () => {
  test('held, the roaming unit has no value of the held one', async () => {
    await using opened = await openToolbox('#layer=conv3&unit=4&unitPane=false');
    await until(opened, '/greatest now/.test(document.getElementById("unit-value").textContent)');
    const value = await textOf(opened, 'unit-value');
    await opened.page.keyboard.press('d');
    await opened.page.keyboard.press('l');
    await until(opened, 'document.getElementById("unit-name").textContent === "Unit 5"');
    await until(opened, '/^conv3:4 \\(held\\): /.test(document.getElementById("history-name").textContent)');
    expect(await textOf(opened, 'unit-value')).toBe('');
    expect(await textOf(opened, 'history-name')).toBe(`conv3:4 (held): ${value.replace('greatest now ', '')}`);
    expect(await textOf(opened, 'origin')).toBe('conv3:4 (held)');
    expect(opened.problems).toEqual([]);
  });

  test('in differences the pointer reads differences, and patterns have no value', async () => {
    await using opened = await openToolbox('#layer=conv5&unit=3&shown=differences&unitPane=false');
    await opened.page.keyboard.press('d');
    await opened.page.evaluate('toolbox.change({ layer: "conv3", unit: 0 })');
    await until(opened, 'document.getElementById("origin").textContent === "conv5:3 (held)"');
    await until(opened, 'document.getElementById("layer-name").textContent.startsWith("conv3 ")');
    const grid = await opened.page.$('#grid');
    await grid?.scrollIntoView();
    const box = await grid?.boundingBox();
    if (!box) throw new Error('no grid');
    const [worker] = opened.page.workers();
    // Somewhere in the middle there is a tile, and beside it a gap.
    let words = '';
    for (let x = 0.5; x < 0.56 && !/^unit \d+ at \d+,\d+: [-0-9.e]+$/.test(words); x += 0.01) {
      await opened.page.mouse.move(box.x + box.width * x, box.y + box.height * 0.43);
      await wait(700);
      words = await textOf(opened, 'hover');
    }
    const [, unit, h, w, value] = (/^unit (\d+) at (\d+),(\d+): (.*)$/.exec(words) ?? []).map(Number);
    const [difference, activation] = await worker.evaluate(
      async (place) =>
        Promise.all([
          Reflect.get(self, 'engine').valueAt('conv3', place, 'difference'),
          Reflect.get(self, 'engine').valueAt('conv3', place, 'activation'),
        ]),
      [unit, h, w],
    );
    expect(words).toBe(`unit ${unit} at ${h},${w}: ${value.toPrecision(4)}`);
    expect(value.toPrecision(4)).toBe(difference.toPrecision(4));
    expect(value.toPrecision(4)).not.toBe(activation.toPrecision(4));
    await opened.page.evaluate('toolbox.change({ shown: "patterns" })');
    await until(opened, '/^unit \\d+$/.test(document.getElementById("hover").textContent)');
    expect(opened.problems).toEqual([]);
  });

  test('zoomed on one unit, the pointer finds none of the grid that is not there', async () => {
    await using opened = await openToolbox('#layer=conv3&unit=4&zoom=unit&back=off&unitPane=false');
    const grid = await opened.page.$('#grid');
    await grid?.scrollIntoView();
    await grid?.click();
    await wait(1000);
    expect((await stateOf(opened)).unit).toBe(4);
    expect(await textOf(opened, 'hover')).toBe('');
    expect(opened.problems).toEqual([]);
  });
});

describe('another picture', () => {
  test('is named when it is drawn, and the probabilities of the one before are marked until its own are there', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    const name = await textOf(opened, 'picture-name');
    // A worker that is busy: it takes the picture, and draws it two seconds later.
    const [worker] = opened.page.workers();
    await worker.evaluate(() => {
      const { copyExternalImageToTexture } = GPUQueue.prototype;
      GPUQueue.prototype.copyExternalImageToTexture = function (...args) {
        for (const from = performance.now(); performance.now() - from < 2000; );
        GPUQueue.prototype.copyExternalImageToTexture = copyExternalImageToTexture;
        return copyExternalImageToTexture.apply(this, args);
      };
    });
    const bytes = new Uint8Array(
      await sharp({ create: { width: 9, height: 9, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    );
    await dropFiles(opened, [{ name: 'red.png', type: 'image/png', bytes }]);
    await until(opened, 'toolbox.state().source === "files"');
    await wait(300);
    expect(await textOf(opened, 'picture-name')).toBe(name);
    await until(opened, 'document.getElementById("picture-name").textContent === "red.png"');
    await until(opened, '!document.getElementById("guesses").classList.contains("stale")');
    expect(opened.problems).toEqual([]);
  });
});
