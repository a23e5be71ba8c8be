// Nets that ask for more than a picture of a known size: open sizes, several inputs, channels that are no colours.
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { readNpy, writeNpy } from '../../src/importers/index.js';
import type { TestPage } from '../support/browser.js';
import { fileOf, node, writeOnnx } from '../support/onnxFile.js';
import { describeWithData, sharedData } from '../support/shared.js';
import {
  activationsOf,
  coloursOf,
  dropFiles,
  openPreprocessing,
  openToolbox,
  pixelsOf,
  textOf,
  until,
} from '../support/toolbox.js';

const pool = (from: string, size: number) =>
  node('AveragePool', [from], 'means', { kernel_shape: [size, size], strides: [size, size] });
const patience = { timeout: 30_000, interval: 200 };

/** A plain picture. */
const plain = async (name: string, r: number, g: number, b: number, alpha = 1, side = 16) => ({
  name,
  type: 'image/png',
  bytes: new Uint8Array(
    await sharp({ create: { width: side, height: side, channels: 4, background: { r, g, b, alpha } } })
      .png()
      .toBuffer(),
  ),
});

const isOpen = (opened: TestPage, name: string, input: string) =>
  until(opened, `/^${name} · .* · input ${input}$/.test(document.getElementById("net").textContent)`);

const expectMeans = (opened: TestPage, expected: readonly number[]) =>
  expect
    .poll(async () => {
      const means = await activationsOf(opened, 'means');
      return Math.max(Math.abs(means.length - expected.length), ...expected.map((v, i) => Math.abs(means[i] - v)));
    }, patience)
    .toBeLessThan(0.51);

async function typeSize({ page }: TestPage, height: string, width: string): Promise<void> {
  for (const [id, value] of Object.entries({ 'preprocessing-height': height, 'preprocessing-width': width })) {
    await page.$eval(
      `#${id}`,
      (input, typed) => {
        if (input instanceof HTMLInputElement) input.value = typed;
      },
      value,
    );
  }
  await page.click('#preprocessing-form [type=submit]');
}

describe('a net whose file leaves height and width open', () => {
  const OPEN = writeOnnx(fileOf([1, 3, 'h', 'w'], [pool('x', 8)]));

  test('is opened at a size that is said, and at another that is typed, after a reload too', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    expect(await opened.page.$eval('#size-button', (e) => e instanceof HTMLElement && e.hidden)).toBe(true);
    await dropFiles(opened, [{ name: 'open.onnx', bytes: OPEN }]);
    await isOpen(opened, 'open', '3×224×224');
    await opened.page.click('#size-button');
    expect(await opened.page.$eval('#preprocessing-height', (e) => e instanceof HTMLInputElement && e.value)).toBe(
      '224',
    );
    await typeSize(opened, '0', '48.5');
    expect(await textOf(opened, 'preprocessing-problems')).toBe(
      "Height must be a whole number from 1 to 4096, it is '0'.Width must be a whole number from 1 to 4096, it is '48.5'.",
    );
    await typeSize(opened, '32', '48');
    await isOpen(opened, 'open', '3×32×48');
    await dropFiles(opened, [await plain('red.png', 200, 100, 50, 1, 48)]);
    await expectMeans(
      opened,
      [200, 100, 50].flatMap((level) => Array(4 * 6).fill(level)),
    );
    await opened.page.reload();
    await isOpen(opened, 'open', '3×32×48');
    expect(opened.problems).toEqual([]);
  });
});

describe('a net of several inputs', () => {
  const PAIR = writeOnnx(
    fileOf([1, 3, 16, 16], [node('Sub', ['x', 'right'], 'difference'), pool('difference', 16)], [], {
      inputs: ['x', 'right'].map((name) => ({ name, type: 1, shape: [1, 3, 16, 16] })),
    }),
  );
  const RIGHT = '[data-side="right"]';

  test('shows what each further input holds, and takes a number, a picture, an array and the present picture', async () => {
    await using opened = await openToolbox('#back=gradient&unitPane=false');
    const { page } = opened;
    await dropFiles(opened, [{ name: 'pair.onnx', bytes: PAIR }]);
    await isOpen(opened, 'pair', '3×16×16');
    await dropFiles(opened, [await plain('left.png', 200, 100, 50)]);
    expect(await page.$eval(RIGHT, (e) => e.querySelector('legend')?.textContent)).toBe('right · 3×16×16');
    const held = () => page.$eval(RIGHT, (e) => e.querySelector('.quiet')?.textContent);
    expect(await held()).toBe('zeros');
    await expectMeans(opened, [200, 100, 50]);

    await page.select(`${RIGHT} select`, 'constant');
    await page.type(`${RIGHT} input[type=number]`, '30');
    await page.keyboard.press('Enter');
    await expect.poll(held, patience).toBe('30');
    await expectMeans(opened, [170, 70, 20]);

    const folder = await mkdtemp(join(tmpdir(), 'convscope-sides-'));
    const give = async (name: string, bytes: Uint8Array) => {
      await writeFile(join(folder, name), bytes);
      const input = await page.$(`${RIGHT} input[type=file]`);
      if (!input) throw new Error('no file input');
      await input.uploadFile(join(folder, name));
      await expect.poll(held, patience).toBe(name);
    };
    await give('right.png', (await plain('right.png', 20, 20, 20)).bytes);
    await expectMeans(opened, [180, 80, 30]);
    const numbers = Float32Array.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 256));
    await give('right.npy', writeNpy([1, 3, 16, 16], numbers));
    await expectMeans(opened, [200, 99, 48]);

    await page.select(`${RIGHT} select`, 'present');
    await expect.poll(held, patience).toBe('left.png');
    await expectMeans(opened, [0, 0, 0]);
    // The panes work: the back-projection is there.
    await expect.poll(async () => coloursOf(await pixelsOf(opened, 'back')), patience).toBeGreaterThan(0);
    expect(await textOf(opened, 'problem')).not.toContain('right');
    expect(opened.problems).toEqual([]);
  });

  test('a branch that only a further input reaches is not what the net opens on, and says that it sees no image', async () => {
    await using opened = await openToolbox('#unitPane=false');
    const branches = writeOnnx(
      fileOf([1, 3, 16, 16], [node('Relu', ['x'], 'left'), node('Relu', ['right'], 'other')], [], {
        inputs: ['x', 'right'].map((name) => ({ name, type: 1, shape: [1, 3, 16, 16] })),
        outputs: ['left', 'other'].map((name) => ({ name, type: 1, shape: [1, 3, 16, 16] })),
      }),
    );
    await dropFiles(opened, [{ name: 'branches.onnx', bytes: branches }]);
    await until(opened, 'document.getElementById("origin").textContent === "left:0"');
    await opened.page.evaluate('toolbox.change({ layer: "other" })');
    await until(opened, 'document.getElementById("origin").textContent === "other:0 does not depend on the image"');
    expect(opened.problems).toEqual([]);
  });

  test('an array of another shape is refused, and what was held stays', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    const { page } = opened;
    await dropFiles(opened, [{ name: 'pair.onnx', bytes: PAIR }]);
    await isOpen(opened, 'pair', '3×16×16');
    const path = join(await mkdtemp(join(tmpdir(), 'convscope-sides-')), 'wrong.npy');
    await writeFile(path, writeNpy([1, 3, 8, 8], new Float32Array(192)));
    await (await page.$(`${RIGHT} input[type=file]`))?.uploadFile(path);
    await until(opened, 'document.getElementById("problem").textContent.includes("right")');
    expect(await page.$eval(RIGHT, (e) => e.querySelector('.quiet')?.textContent)).toBe('zeros');
    expect(opened.problems).toEqual([]);
  });
});

describe('a net whose channels are no colours', () => {
  const netOf = (channels: number) => writeOnnx(fileOf([1, channels, 16, 16], [pool('x', 16)]));
  const array = (images: number, channels: number) =>
    writeNpy(
      [images, channels, 16, 16],
      Float32Array.from({ length: images * channels * 256 }, (_, i) => 10 * Math.floor(i / 256)),
    );

  test('of six channels says what is missing, and takes arrays, image by image', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    await dropFiles(opened, [{ name: 'six.onnx', bytes: netOf(6) }]);
    await isOpen(opened, 'six', '6×16×16');
    await until(
      opened,
      'document.getElementById("problem").textContent.includes("six takes 6 channels, and a picture has 3")',
    );
    expect(await textOf(opened, 'guesses')).toBe('');
    await dropFiles(opened, [{ name: 'two.npy', bytes: array(2, 6) }]);
    await until(opened, 'document.getElementById("picture-name").textContent === "two.npy, 1 of 2"');
    await expectMeans(opened, [0, 10, 20, 30, 40, 50]);
    await opened.page.keyboard.press('e');
    await until(opened, 'document.getElementById("picture-name").textContent === "two.npy, 2 of 2"');
    await expectMeans(opened, [60, 70, 80, 90, 100, 110]);
    expect(opened.problems).toEqual([]);
  });

  test('of four channels takes a picture once its fourth is said to be alpha', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    await dropFiles(opened, [{ name: 'four.onnx', bytes: netOf(4) }]);
    await isOpen(opened, 'four', '4×16×16');
    await dropFiles(opened, [await plain('half.png', 200, 100, 50, 0.5)]);
    await until(
      opened,
      'document.getElementById("problem").textContent.includes("If the fourth is alpha, say so under Preprocessing")',
    );
    await openPreprocessing(opened);
    await opened.page.click('#preprocessing-alpha');
    await opened.page.click('#preprocessing-form [type=submit]');
    await until(opened, 'document.getElementById("picture-name").textContent === "half.png"');
    await expectMeans(opened, [200, 100, 50, 127.5]);
    expect(opened.problems).toEqual([]);
  });
});

describeWithData('files of the reports on the page', () => {
  const report = async (...path: string[]) =>
    new Uint8Array(await readFile(join(sharedData() ?? '', 'reports', ...path)));
  const numbersOf = (npy: Uint8Array) => Float32Array.from(readNpy(npy).data, Number);
  const furthestFrom = (got: readonly number[], want: Float32Array) =>
    got.length === want.length ? Math.max(...got.map((v, i) => Math.abs(v - want[i]))) : Number.NaN;

  test('03-dynamic-height-width/yunet_n_dynamic at 64×64 gives onnxruntime’s outputs', async () => {
    const [folder, net] = ['03-dynamic-height-width', 'yunet_n_dynamic'];
    await using opened = await openToolbox('#back=off&unitPane=false');
    await dropFiles(opened, [{ name: `${net}.onnx`, bytes: await report(folder, `${net}.onnx`) }]);
    await isOpen(opened, net, '3×224×224');
    await opened.page.click('#size-button');
    await typeSize(opened, '64', '64');
    await isOpen(opened, net, '3×64×64');
    await dropFiles(opened, [{ name: 'input.npy', bytes: await report(folder, `${net}.b1.in.input.npy`) }]);
    await until(opened, 'document.getElementById("picture-name").textContent === "input.npy"');
    for (const output of ['obj_8', 'cls_16', 'obj_32']) {
      const want = numbersOf(await report(folder, `${net}.b1.out.${output}.npy`));
      await expect
        .poll(async () => furthestFrom(await activationsOf(opened, output), want), patience)
        .toBeLessThan(1e-4);
    }
    expect(opened.problems).toEqual([]);
  });

  test('09-several-inputs/siamese gives onnxruntime’s distance of its two inputs', async () => {
    const folder = '09-several-inputs';
    await using opened = await openToolbox('#back=off&unitPane=false');
    await dropFiles(opened, [{ name: 'siamese.onnx', bytes: await report(folder, 'siamese.onnx') }]);
    await isOpen(opened, 'siamese', '1×28×28');
    await dropFiles(opened, [{ name: 'left.npy', bytes: await report(folder, 'siamese.b1.in.left.npy') }]);
    const right = await opened.page.$('[data-side="right"] input[type=file]');
    await right?.uploadFile(join(sharedData() ?? '', 'reports', folder, 'siamese.b1.in.right.npy'));
    await until(opened, 'document.querySelector("#sides .quiet").textContent === "siamese.b1.in.right.npy"');
    const [want] = numbersOf(await report(folder, 'siamese.b1.out.34.npy'));
    const distance = async () => Math.hypot(...(await activationsOf(opened, '/Sub_output_0')));
    await expect.poll(async () => Math.abs((await distance()) - want), patience).toBeLessThan(1e-4 * Math.abs(want));
    expect(opened.problems).toEqual([]);
  });
});
