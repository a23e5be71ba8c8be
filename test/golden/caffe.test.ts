// Whole nets with their real weights against independent engines: every blob, every label, every stored gradient.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { classify } from '../../src/scene/forward.js';
import { expectClose } from '../support/close.js';
import { testContext } from '../support/device.js';
import {
  checkBlobs,
  checkGradient,
  checkOutputs,
  cropInput,
  type GoldenNet,
  loadGolden,
  npy,
  readJson,
} from '../support/golden.js';
import { describeWithData, sharedData } from '../support/shared.js';

interface GradIndex {
  readonly units: Parameters<typeof checkGradient>[2][];
}

const data = sharedData() ?? '';

for (const [name, caffemodel] of [
  ['googlenet', 'bvlc_googlenet.caffemodel'],
  ['squeezenet_v1.1', 'squeezenet_v1.1.caffemodel'],
]) {
  describeWithData(`golden ${name}`, () => {
    let loaded: GoldenNet | undefined;
    const net = () => {
      loaded ??= loadGolden(data, name, 'deploy.prototxt', caffemodel);
      return loaded;
    };

    test('every blob of chelsea', async () => {
      const ctx = await testContext();
      const checked = await checkBlobs(ctx, net(), npy(join(data, name, 'ref/input_chelsea.npy')).data);
      expect(checked).toBeGreaterThan(60);
    });

    test('a lossless crop becomes the stored input exactly', async () => {
      const ctx = await testContext();
      const stored = npy(join(data, name, 'ref/input_chelsea.npy')).data;
      expectClose('input', await cropInput(ctx, net(), 'chelsea'), stored, [stored.length], { atol: 0, rtol: 0 });
    });

    const images = data
      ? Object.entries(readJson<GoldenNet['index']>(join(data, name, 'ref/index.json')).images ?? {})
      : [];
    for (const [image, { top5 }] of images) {
      test(`top-5 labels of ${image}`, async () => {
        const ctx = await testContext();
        const [guesses] = await classify(ctx, net().model, await cropInput(ctx, net(), image), 5);
        expect(guesses.map((g) => g.label)).toEqual(top5.map((g) => g.label));
      });
    }

    const units = data ? readJson<GradIndex>(join(data, name, 'grad/index.json')).units : [];
    const stored = units.filter((u) => existsSync(join(data, name, 'grad', u.file.slice(u.file.lastIndexOf('/') + 1))));
    for (const unit of stored) {
      test(`${unit.mode} of ${unit.layer} [${unit.unit}]`, async () => {
        const ctx = await testContext();
        await checkGradient(ctx, net(), unit, npy(join(data, name, 'ref/input_chelsea.npy')).data);
      });
    }
  });
}

for (const [name, prototxt, caffemodel] of [
  ['lenet_mnist', 'lenet.prototxt', 'lenet_iter_10000.caffemodel'],
  ['cifar10_full', 'cifar10_full.prototxt', 'cifar10_full_iter_70000.caffemodel'],
  ['mtcnn_det2', 'det2.prototxt', 'det2.caffemodel'],
]) {
  describeWithData(`golden ${name}`, () => {
    let loaded: GoldenNet | undefined;
    const net = () => {
      loaded ??= loadGolden(data, name, prototxt, caffemodel);
      return loaded;
    };
    const firstInput = () => npy(join(data, name, 'ref', Object.values(net().index.inputs ?? {})[0].input)).data;

    test('every blob', async () => {
      expect(await checkBlobs(await testContext(), net(), firstInput())).toBeGreaterThan(7);
    });

    test('outputs of all inputs', async () => {
      expect(await checkOutputs(await testContext(), net())).toBeGreaterThan(2);
    });

    test('gradients', async () => {
      const { gradients = [], inputs = {} } = net().index;
      expect(gradients.length).toBeGreaterThan(1);
      for (const unit of gradients) {
        const { input } = inputs[unit.input ?? ''];
        await checkGradient(await testContext(), net(), unit, npy(join(data, name, 'ref', input)).data);
      }
    });
  });
}
