// Published nets as people drop them: their files alone, without a flag. What is recognised runs as if every flag had been given.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import zoo from '../../models/zoo.json' with { type: 'json' };
import type { Model, WeightData } from '../../src/graph/model.js';
import {
  type ImportModelOptions,
  importModel,
  knownNets,
  recogniseNet,
  writeSafetensors,
} from '../../src/importers/index.js';
import { KNOWN_NETS } from '../../src/importers/knownNets.js';
import { readPicture } from '../../src/node/images.js';
import { classify } from '../../src/scene/forward.js';
import { preprocessPicture } from '../../src/scene/input.js';
import { testContext } from '../support/device.js';
import { npy, readJson } from '../support/golden.js';
import { describeWithData, sharedData } from '../support/shared.js';

const data = sharedData() ?? '';
const read = (path: string) => new Uint8Array(readFileSync(join(data, path)));
const open = (paths: readonly string[], options: ImportModelOptions = {}): Model =>
  importModel(
    paths.map((path) => ({ name: basename(path), bytes: read(path) })),
    options,
  );
const GOOGLENET = ['googlenet/deploy.prototxt', 'googlenet/bvlc_googlenet.caffemodel'];
const SQUEEZENET = ['squeezenet_v1.1/deploy.prototxt', 'squeezenet_v1.1/squeezenet_v1.1.caffemodel'];
const LENET = ['lenet_mnist/lenet.prototxt', 'lenet_mnist/lenet_iter_10000.caffemodel'];
const CIFAR10 = ['cifar10_full/cifar10_full.prototxt', 'cifar10_full/cifar10_full_iter_70000.caffemodel'];
const caffe = { order: 'bgr', mean: [104, 117, 123], scale: 1, fit: 'crop', stated: true } as const;

describe('the list of known nets', () => {
  test('says what zoo.json says of the nets that are in both', async () => {
    const both = zoo.flatMap((net) => {
      const known = KNOWN_NETS.find(({ name }) => name === net.name);
      return known ? [[net, known] as const] : [];
    });
    expect(both.map(([{ name }]) => name)).toEqual(zoo.map(({ name }) => name));
    for (const [net, known] of both) {
      expect([net.name, known.preprocessing]).toEqual([net.name, net.preprocessing]);
      const hashes = net.files.map(({ sha256 }) => sha256);
      expect([net.name, known.recognise.sha256?.every((hash) => hashes.includes(hash))]).toEqual([net.name, true]);
    }
  });

  test('has ImageNet’s classes in their order', async () => {
    const { imagenet } = (await knownNets()).labels;
    expect([imagenet.length, imagenet[0], imagenet[285], imagenet[999]]).toEqual([
      1000,
      'tench, Tinca tinca',
      'Egyptian cat',
      'toilet tissue, toilet paper, bathroom tissue',
    ]);
  });
});

describeWithData('known nets from their files alone', () => {
  for (const [files, preprocessing, note] of [
    [GOOGLENET, caffe, 'recognised by its weights as BVLC GoogLeNet: BGR, mean 104,117,123, 1000 class names'],
    [SQUEEZENET, caffe, 'recognised by its weights as SqueezeNet v1.1: BGR, mean 104,117,123, 1000 class names'],
    [
      ['onnx/squeezenet_v1.1_fp16/squeezenet_v1.1_fp16.onnx'],
      caffe,
      'recognised by its weights as SqueezeNet v1.1: BGR, mean 104,117,123, 1000 class names',
    ],
    [
      LENET,
      { order: 'gray', mean: [0], scale: 1 / 256, fit: 'crop', stated: true },
      'recognised by its weights as LeNet of Caffe (MNIST): gray, mean 0, scale 0.0039063, 10 class names; it expects white strokes on black',
    ],
    [
      CIFAR10,
      { order: 'rgb', mean: [125.3, 123, 113.9], scale: 1, fit: 'crop', stated: true },
      'recognised by its weights as cifar10_full of Caffe: RGB, mean 125.3,123,113.9, 10 class names; it was trained with a mean image, of which this is the mean per channel; --mean takes the image itself',
    ],
  ] as const) {
    test(`${files.map((f) => basename(f)).join(' and ')}`, async () => {
      const model = open(files, { known: await knownNets() });
      expect(model.preprocessing).toEqual(preprocessing);
      expect(model.notes).toEqual([note]);
    });
  }

  for (const [file, title, classes] of [
    ['natural/mobilenet_v1_025/model.onnx', 'MobileNet v1 0.25 (224)', 1000],
    ['natural/resnet_cifar10/resnet20.onnx', 'ResNet-20 (CIFAR-10)', 10],
    ['natural/resnet_cifar10/resnet56.onnx', 'ResNet-56 (CIFAR-10)', 10],
    ['onnx/mnist_cntk/mnist_cntk.onnx', 'the MNIST net of CNTK', 10],
    ['onnx/tinyvgg/tinyvgg.onnx', 'Tiny VGG of CNN Explainer', 10],
  ] as const) {
    test(`${title}, as it was exported`, async () => {
      const model = open([file], { known: await knownNets() });
      expect(model.notes?.at(-1)).toMatch(/^recognised by its weights as /);
      expect(model.notes?.at(-1)).toContain(`${title}: `);
      expect([model.preprocessing.stated, model.labels?.length]).toEqual([true, classes]);
    });
  }

  test('ResNet-20 names its pictures of CIFAR-10 by its file alone', async () => {
    const ctx = await testContext();
    const model = open(['natural/resnet_cifar10/resnet20.onnx'], { known: await knownNets() });
    const guesses: string[] = [];
    const names = ['1_automobile_0000', '5_dog_0001', '6_frog_0002', '7_horse_0010', '8_ship_0003', '9_truck_0001'];
    for (const name of names) {
      const picture = await readPicture(join(data, `natural/cifar10_200/${name}.jpg`));
      const [[best]] = await classify(ctx, model, await preprocessPicture(ctx, model, picture), 1);
      guesses.push(best.label);
    }
    // It names 80 of 100 of these pictures, so that one of six may be wrong; without its preprocessing five are.
    const right = guesses.filter((guess, i) => names[i].includes(guess));
    expect(right.length).toBeGreaterThanOrEqual(5);
  });

  test('GoogLeNet’s two files classify as with every flag given', async () => {
    const ctx = await testContext();
    const model = open(GOOGLENET, { known: await knownNets() });
    const picture = await readPicture(join(data, 'googlenet/ref/crop_chelsea.png'));
    const [guesses] = await classify(ctx, model, await preprocessPicture(ctx, model, picture), 5);
    const { top5 } = readJson<{ images: { chelsea: { top5: { index: number; label: string }[] } } }>(
      join(data, 'googlenet/ref/index.json'),
    ).images.chelsea;
    expect(guesses.map(({ index, label }) => [index, label])).toEqual(
      top5.map(({ index, label }) => [index, label.replace(/^n\d+ /, '')]),
    );
  });

  test('the mean per channel names the pictures of CIFAR-10 as the mean image does', async () => {
    const ctx = await testContext();
    const model = open(CIFAR10, { known: await knownNets() });
    const mean = npy(join(data, 'cifar10_full/mean_rgb_chw.npy')).data;
    const plane = mean.length / 3;
    for (const name of ['ship', 'horse', 'truck', 'frog', 'airplane']) {
      // Back to pixels, then as a person's picture would be taken.
      const input = npy(join(data, `cifar10_full/ref/input_${name}.npy`)).data.map((v, i) => v + mean[i]);
      const bytes = new Uint8Array(plane * 4).map((_, i) =>
        i % 4 === 3 ? 255 : Math.round(input[(i % 4) * plane + (i >> 2)]),
      );
      const size = Math.sqrt(plane);
      const x = await preprocessPicture(ctx, model, { width: size, height: size, data: bytes });
      const [[best]] = await classify(ctx, model, x, 1);
      expect([name, best.label]).toEqual([name, name]);
    }
  });

  test('what the caller says wins, field by field', async () => {
    const model = open(GOOGLENET, { known: await knownNets(), preprocessing: { mean: [1, 2, 3] }, labels: ['a'] });
    expect(model.preprocessing).toEqual({ ...caffe, mean: [1, 2, 3] });
    expect(model.labels).toEqual(['a']);
    expect(model.notes).toEqual(['recognised by its weights as BVLC GoogLeNet: BGR']);
  });

  test('what the file says wins', async () => {
    const said = { ...caffe, order: 'rgb', mean: [9, 9, 9] } as const;
    const bytes = writeSafetensors({ ...open(SQUEEZENET), preprocessing: said });
    const model = importModel([{ name: 'mine.safetensors', bytes }], { known: await knownNets() });
    expect(model.preprocessing).toEqual(said);
    expect(model.labels?.length).toBe(1000);
  });

  test('a converted file keeps what was applied, and says it once', async () => {
    const known = await knownNets();
    const bytes = writeSafetensors(open(SQUEEZENET, { known }));
    const model = importModel([{ name: 'converted.safetensors', bytes }], { known });
    expect([model.preprocessing, model.labels?.length]).toEqual([caffe, 1000]);
    expect(model.notes?.filter((text) => text.startsWith('recognised'))).toHaveLength(1);
  });

  test('nobody is recognised who was not asked to be', () => {
    const model = open(GOOGLENET);
    expect([model.preprocessing.stated, model.labels, model.notes]).toEqual([false, undefined, undefined]);
  });

  test('a file of a known hash is that net, whatever is in it', async () => {
    const known = await knownNets();
    const hash = zoo.find(({ name }) => name === 'caffenet')?.files[0].sha256 ?? '';
    expect(recogniseNet(open(CIFAR10), known, [hash])).toMatchObject({ by: 'sha256', net: { name: 'caffenet' } });
  });

  for (const [file, name] of [
    ['bvlc_alexnet_deploy', 'caffenet'],
    ['caffenet-yos-deploy', 'caffenet'],
    ['nin_imagenet_deploy', 'nin'],
    ['squeezenet_v1.0_deploy', 'squeezenet-v1.0'],
    ['bvlc_googlenet_deploy', 'googlenet'],
    ['finetune_flickr_style_deploy', undefined],
    ['age_net_deploy', undefined],
  ] as const) {
    test(`${file} by its layers: ${name ?? 'not known'}`, async () => {
      const found = recogniseNet(open([`prototxt/${file}.prototxt`]), await knownNets());
      expect(found?.net.name).toBe(name);
    });
  }

  test('other weights in LeNet’s layers: its preprocessing, but not its ten names', async () => {
    const known = await knownNets();
    const model = open(LENET);
    const w = model.weights.get('ip2.w');
    if (!w) throw new Error('no ip2');
    const negative: WeightData = { shape: w.shape, dtype: 'f32', data: Float32Array.from(w.data, (v) => -v) };
    const other = new Map([...model.weights, ['ip2.w', negative]]);
    const found = recogniseNet({ ...model, weights: other }, known);
    expect(found).toMatchObject({ by: 'layers', net: { name: 'lenet' } });
    expect(found?.labels).toBe(undefined);
  });

  test('weights drawn at random are no known net’s', async () => {
    const model = open(['googlenet/deploy.prototxt'], { seededWeights: 0 });
    expect(recogniseNet(model, await knownNets())).toBe(undefined);
  });
});
