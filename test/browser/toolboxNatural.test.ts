// Nets trained on photographs, as PyTorch exports them, in the toolbox as a person brings them: the files dropped, labels dropped,
// the preprocessing typed. Their stored logits are PyTorch's.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { readNpy } from '../../src/importers/index.js';
import type { TestPage } from '../support/browser.js';
import { expectClose } from '../support/close.js';
import { describeWithData, sharedData } from '../support/shared.js';
import { activationsOf, dropFiles, openPreprocessing, openToolbox, textOf, until } from '../support/toolbox.js';

interface Case {
  readonly net: string;
  readonly stem: string;
  /** As a person types them, in the net's order. */
  readonly mean: readonly string[];
  readonly scale: readonly string[];
  readonly labels: { readonly name: string; read(): Promise<Uint8Array> };
  /** The class of each stored picture. */
  readonly classes: readonly string[];
  /** That has to be told apart from others, of the four. */
  readonly picture: number;
}

const CIFAR = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
const data = (...path: string[]) => join(sharedData() ?? '', ...path);
const bytesOf = async (path: string) => new Uint8Array(await readFile(path));
const cifar = (name: string): Case => ({
  net: `resnet_cifar10/${name}.onnx`,
  stem: `resnet_cifar10/${name}`,
  mean: ['123.675', '116.28', '103.53'],
  scale: ['1/58.395', '1/57.12', '1/57.375'],
  labels: { name: 'cifar10.json', read: async () => new TextEncoder().encode(JSON.stringify(CIFAR)) },
  classes: ['airplane', 'bird', 'dog', 'horse'],
  picture: 3,
});
const CASES: readonly Case[] = [
  {
    net: 'mobilenet_v1_025/model.onnx',
    stem: 'mobilenet_v1_025/imagenet',
    mean: ['127.5', '127.5', '127.5'],
    scale: ['1/127.5', '1/127.5', '1/127.5'],
    labels: { name: 'synset_words.txt', read: () => bytesOf(data('labels', 'synset_words.txt')) },
    classes: ['ostrich', 'flamingo', 'Egyptian cat', 'zebra'],
    picture: 3,
  },
  cifar('resnet20'),
  cifar('resnet56'),
];

/** Picture `index` of the stored inputs, as it was before its preprocessing. */
async function pictureOf({ stem, mean, scale, picture }: Case): Promise<Uint8Array> {
  const { shape, data: stored } = readNpy(await bytesOf(data('natural', `${stem}_in.npy`)));
  const [, C, H, W] = shape;
  const bytes = new Uint8Array(H * W * C);
  for (let c = 0; c < C; c++) {
    const deviation = Number(scale[c].split('/')[1]);
    for (let i = 0; i < H * W; i++) {
      bytes[i * C + c] = Math.round(Number(stored[(picture * C + c) * H * W + i]) * deviation + Number(mean[c]));
    }
  }
  return new Uint8Array(
    await sharp(bytes, { raw: { width: W, height: H, channels: 3 } })
      .png()
      .toBuffer(),
  );
}

async function typePreprocessing(opened: TestPage, { mean, scale }: Case): Promise<void> {
  const { page } = opened;
  await openPreprocessing(opened);
  await page.select('#preprocessing-order', 'rgb');
  for (const [field, values] of Object.entries({ mean, scale })) {
    for (const [c, value] of values.entries()) {
      await page.$eval(
        `#preprocessing-${field}-${c}`,
        (input, typed) => {
          if (input instanceof HTMLInputElement) input.value = typed;
        },
        value,
      );
    }
  }
  await page.click('#preprocessing-form [type=submit]');
}

describeWithData('the toolbox shows nets trained on photographs', () => {
  test.each(CASES)('$net', async (net) => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    const name = net.net.split('/')[1];
    await dropFiles(opened, [
      { name, bytes: await bytesOf(data('natural', net.net)) },
      { name: net.labels.name, bytes: await net.labels.read() },
    ]);
    await until(opened, `document.getElementById("net").textContent.startsWith("${name.replace('.onnx', '')} ·")`);
    await typePreprocessing(opened, net);
    await dropFiles(opened, [{ name: 'picture.png', type: 'image/png', bytes: await pictureOf(net) }]);
    await until(opened, 'document.getElementById("picture-name").textContent === "picture.png"');
    // The right class by its name, on the page.
    const first = () => opened.page.$eval('#guesses li span', (e) => e.textContent ?? '');
    await expect.poll(first, { timeout: 60_000, interval: 500 }).toContain(net.classes[net.picture]);
    const { shape, data: stored } = readNpy(await bytesOf(data('natural', `${net.stem}_logits.npy`)));
    const want = Float32Array.from(stored.slice(net.picture * shape[1], (net.picture + 1) * shape[1]), Number);
    const got = Float32Array.from(await activationsOf(opened, 'logits'));
    // Logits reach 15; the input was rounded to f32 once by each side.
    expectClose('logits', got, want, [1, shape[1]], { atol: 1e-3, rtol: 1e-4 });
    expect(await textOf(opened, 'problem')).toBe('');
    expect(opened.problems).toEqual([]);
  });
});
