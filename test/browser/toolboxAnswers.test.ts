// What the toolbox knows and does not know of a net: dead units, nets that are recognised, a mean without an order of channels.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { importCaffe, writeNpy, writeSafetensors } from '../../src/importers/index.js';
import type { TestPage } from '../support/browser.js';
import { describeWithData, sharedData } from '../support/shared.js';
import { dropFiles, openToolbox, textOf, until } from '../support/toolbox.js';

/** Pixels behind a ReLU that is closed for all below `threshold`. */
const closedBelow = (threshold: number, slope: number) => {
  const model = importCaffe(
    `name: "closed" input: "data" input_dim: 1 input_dim: 3 input_dim: 20 input_dim: 24
     layer { name: "shift" type: "Power" bottom: "data" top: "shift" power_param { scale: ${slope} shift: ${-threshold} } }
     layer { name: "relu" type: "ReLU" bottom: "shift" top: "relu" }`,
  );
  return writeSafetensors({ ...model, preprocessing: { ...model.preprocessing, stated: true } });
};
const isHidden = (opened: TestPage, id: string) =>
  opened.page.$eval(`#${id}`, (e) => e instanceof HTMLElement && e.hidden);
const openOn = async (opened: TestPage, bytes: Uint8Array) => {
  await dropFiles(opened, [{ name: 'closed.safetensors', bytes }]);
  await until(opened, 'document.getElementById("net").textContent.startsWith("closed ·")');
  await opened.page.evaluate('toolbox.change({ layer: "relu", unit: 1 })');
};

test('a unit that nothing wakes has no preferred image, and the page says what was tried', async () => {
  await using opened = await openToolbox('#back=off');
  await openOn(opened, closedBelow(1, 0));
  await until(opened, 'document.getElementById("preferred-share").textContent === "none"');
  expect(await textOf(opened, 'preferred')).toMatch(
    /^relu:1: its gradient is exactly zero at the start from seed 0, and nothing/,
  );
  expect(await opened.page.$$eval('#preferred canvas', (all) => all.length)).toBe(0);
  // Kept as it is: no picture at the next visit either.
  await opened.page.evaluate('toolbox.change({ unit: 0 })');
  await until(opened, 'document.getElementById("preferred").textContent.startsWith("relu:0")');
  await opened.page.evaluate('toolbox.change({ unit: 1, shown: "patterns" })');
  await until(opened, 'document.getElementById("pattern-share").textContent === "preferred images"');
  expect(opened.problems).toEqual([]);
});

test('a unit that is closed at the start is raised all the same: the first steps let its gradient through', async () => {
  await using opened = await openToolbox('#back=off');
  await openOn(opened, closedBelow(1, 0.01));
  await until(
    opened,
    'document.querySelectorAll("#preferred canvas").length === 4 && document.getElementById("preferred-share").textContent === ""',
  );
  // What is left at the end is a picture of the unit: no image ended where its gradient is zero.
  expect(await textOf(opened, 'preferred')).toBe('');
  expect(opened.problems).toEqual([]);
});

test('a mean says nothing of the order of channels: the page still asks', async () => {
  await using opened = await openToolbox('#back=off&unitPane=false');
  const { seeded: _, ...model } = importCaffe(
    `name: "asked" input: "data" input_dim: 1 input_dim: 3 input_dim: 20 input_dim: 24
     layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 8 kernel_size: 5 } }`,
    undefined,
    { seededWeights: 3 },
  );
  const mean = writeNpy([3], Float32Array.of(10, 20, 30));
  await dropFiles(opened, [
    { name: 'asked.safetensors', bytes: writeSafetensors(model) },
    { name: 'mean.npy', bytes: mean },
  ]);
  await until(opened, 'document.getElementById("net").textContent.startsWith("asked ·")');
  expect(await isHidden(opened, 'ask')).toBe(false);
  expect(await textOf(opened, 'notes')).toContain('the mean is that of mean.npy');
  await opened.page.select('#ask select', '0');
  await until(opened, 'document.getElementById("ask").hidden');
  const { preprocessing } = await opened.page.evaluate(() => Reflect.get(window, 'toolbox').net());
  // The first answer is Caffe's: BGR. Its mean is not the one that was given.
  expect(preprocessing).toMatchObject({ order: 'bgr', mean: [10, 20, 30], stated: true });
  expect(opened.problems).toEqual([]);
});

test('labels name the units that are classes, not those of a layer that has as many', async () => {
  await using opened = await openToolbox('#back=off&unitPane=false');
  const { seeded: _, ...model } = importCaffe(
    `name: "ten" input: "data" input_dim: 1 input_dim: 3 input_dim: 24 input_dim: 24
     layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 4 kernel_size: 5 } }
     layer { name: "conv2" type: "Convolution" bottom: "conv1" top: "conv2" convolution_param { num_output: 4 kernel_size: 5 } }
     layer { name: "pool" type: "Pooling" bottom: "conv2" top: "pool" pooling_param { pool: AVE global_pooling: true } }
     layer { name: "prob" type: "Softmax" bottom: "pool" top: "prob" }`,
    undefined,
    { seededWeights: 3 },
  );
  const bytes = writeSafetensors({
    ...model,
    labels: ['ant', 'bee', 'cat', 'dog'],
    preprocessing: { ...model.preprocessing, stated: true },
  });
  await dropFiles(opened, [{ name: 'ten.safetensors', bytes }]);
  await until(opened, 'document.getElementById("net").textContent.startsWith("ten ·")');
  for (const [layer, name] of [
    ['conv1', 'Unit 2'],
    ['conv2', 'Unit 2 · cat'],
    ['prob', 'Unit 2 · cat'],
  ]) {
    await opened.page.evaluate((l) => Reflect.get(window, 'toolbox').change({ layer: l, unit: 2 }), layer);
    await until(opened, `document.getElementById('layer-name').textContent.startsWith('${layer} ')`);
    expect(await textOf(opened, 'unit-name'), layer).toBe(name);
  }
  expect(opened.problems).toEqual([]);
});

describeWithData('nets that are recognised', () => {
  const filesOf = (folder: string, ...names: string[]) =>
    Promise.all(
      names.map(async (name) => ({
        name,
        bytes: new Uint8Array(await readFile(join(sharedData() ?? '', folder, name))),
      })),
    );
  const opens = async (opened: TestPage) => {
    await until(opened, '!document.getElementById("net").textContent.startsWith("mini-caffenet")');
    return (await opened.page.evaluate(() => Reflect.get(window, 'toolbox').net())) as {
      preprocessing: Record<string, unknown>;
    };
  };

  test('SqueezeNet from two files gets its mean and its classes, and the page says so', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    await dropFiles(opened, await filesOf('squeezenet_v1.1', 'deploy.prototxt', 'squeezenet_v1.1.caffemodel'));
    const { preprocessing } = await opens(opened);
    expect(preprocessing).toMatchObject({ order: 'bgr', mean: [104, 117, 123], scale: 1, stated: true });
    expect(await textOf(opened, 'notes')).toMatch(
      /recognised by its (file|weights|layers) as SqueezeNet.*1000 class names/,
    );
    expect(await isHidden(opened, 'ask')).toBe(true);
    expect(opened.problems).toEqual([]);
  });

  test('LeNet gets its scale, and its probabilities are shown at once', async () => {
    await using opened = await openToolbox('#back=off&unitPane=false');
    await dropFiles(opened, await filesOf('lenet_mnist', 'lenet.prototxt', 'lenet_iter_10000.caffemodel'));
    const { preprocessing } = await opens(opened);
    expect(preprocessing).toMatchObject({ order: 'gray', scale: 1 / 256, stated: true });
    await until(opened, 'document.querySelectorAll("#guesses li").length === 5');
    expect(await isHidden(opened, 'guesses')).toBe(false);
    expect(opened.problems).toEqual([]);
  });
});
