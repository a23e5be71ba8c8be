// The toolbox's drawing pad: what is drawn is what the net was trained on, white on black for nets of digits.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importCaffe, importModel, writeSafetensors } from '../../src/importers/index.js';
import type { TestPage } from '../support/browser.js';
import { describeWithData, sharedData } from '../support/shared.js';
import { activationsOf, dropFiles, openToolbox, textOf, until } from '../support/toolbox.js';

/** A net of MNIST's size that shows what it is given. */
const MEANS = writeSafetensors({
  ...importCaffe(
    `name: "means" input: "data" input_dim: 1 input_dim: 1 input_dim: 28 input_dim: 28
     layer { name: "means" type: "Pooling" bottom: "data" top: "means" pooling_param { pool: AVE kernel_size: 7 stride: 7 } }`,
  ),
  preprocessing: { order: 'gray', mean: [0], scale: 1, fit: 'crop', stated: true },
});

/** Draws a ring in the middle of the pad, as with a mouse. */
async function drawRing({ page }: TestPage): Promise<void> {
  const box = await (await page.$('#pad'))?.boundingBox();
  if (!box) throw new Error('no pad');
  const at = (turn: number): [number, number] => [
    box.x + box.width * (0.5 + 0.19 * Math.sin(turn)),
    box.y + box.height * (0.5 - 0.29 * Math.cos(turn)),
  ];
  await page.mouse.move(...at(0));
  await page.mouse.down();
  for (let step = 1; step <= 24; step++) await page.mouse.move(...at((step / 24) * 2 * Math.PI));
  await page.mouse.up();
}

/** Opens a net and the pad. */
async function openPad(opened: TestPage, name: string, bytes: Uint8Array): Promise<void> {
  await dropFiles(opened, [{ name, bytes }]);
  await until(opened, 'toolbox.state().layer !== "" && document.getElementById("net").textContent.includes("1×28×28")');
  await opened.page.click('[data-source="draw"]');
  await until(opened, 'document.getElementById("picture-name").textContent.startsWith("drawing")');
}

const patience = { timeout: 30_000, interval: 200 };

test('a net of MNIST’s size gets strokes of white on black, and the page says so', async () => {
  await using opened = await openToolbox('#back=off&unitPane=false');
  await openPad(opened, 'means.safetensors', MEANS);
  expect(await textOf(opened, 'picture-name')).toMatch(/^drawing, white on black, as MNIST’s digits are/);
  await expect.poll(async () => Math.max(...(await activationsOf(opened, 'means'))), patience).toBeLessThan(1);
  await drawRing(opened);
  await expect.poll(async () => Math.max(...(await activationsOf(opened, 'means'))), patience).toBeGreaterThan(60);
  // The corner is paper still.
  expect((await activationsOf(opened, 'means'))[0]).toBeLessThan(1);
  expect(opened.problems).toEqual([]);
});

/** The activations once two readings in a row agree: on a slow machine the last strokes arrive after the first ones are seen. */
async function settledActivations(opened: Parameters<typeof activationsOf>[0]): Promise<number[]> {
  let last = await activationsOf(opened, 'means');
  const sameAgain = async () => {
    const now = await activationsOf(opened, 'means');
    const same = now.every((value, i) => value === last[i]);
    last = now;
    return same;
  };
  await expect.poll(sameAgain, { timeout: 30_000, interval: 1000 }).toBe(true);
  return last;
}

test('the ink can be changed: what was drawn stays, black for white', async () => {
  await using opened = await openToolbox('#back=off&unitPane=false');
  await openPad(opened, 'means.safetensors', MEANS);
  await drawRing(opened);
  await expect.poll(async () => Math.max(...(await activationsOf(opened, 'means'))), patience).toBeGreaterThan(60);
  const white = await settledActivations(opened);
  await opened.page.select('#ink', 'black');
  await expect.poll(() => textOf(opened, 'picture-name'), patience).toBe('drawing, black on white');
  const furthest = async () =>
    Math.max(...(await activationsOf(opened, 'means')).map((v, i) => Math.abs(255 - white[i] - v)));
  // Two levels of 255: each picture is rounded once.
  await expect.poll(furthest, patience).toBeLessThan(2);
  expect(opened.page.url()).toContain('ink=black');
  expect(opened.problems).toEqual([]);
});

test('a net of three channels gets strokes of black on white', async () => {
  await using opened = await openToolbox('#source=draw&back=off&unitPane=false');
  await until(opened, 'document.getElementById("picture-name").textContent === "drawing, black on white"');
});

describeWithData('the drawing pad with LeNet', () => {
  test('an O that is drawn is a 0', async () => {
    const folder = join(sharedData() ?? '', 'lenet_mnist');
    const read = async (name: string) => ({ name, bytes: new Uint8Array(await readFile(join(folder, name))) });
    const files = await Promise.all(['lenet.prototxt', 'lenet_iter_10000.caffemodel'].map(read));
    const model = importModel(files, { preprocessing: { order: 'gray', mean: [0], scale: 1 / 256, stated: true } });
    await using opened = await openToolbox('#back=off&unitPane=false');
    await openPad(opened, 'lenet.safetensors', writeSafetensors(model));
    await drawRing(opened);
    await expect.poll(async () => (await activationsOf(opened, 'prob'))[0], patience).toBeGreaterThan(0.9);
    expect(opened.problems).toEqual([]);
  });
});
