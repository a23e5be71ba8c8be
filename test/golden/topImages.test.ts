// Top images of whole nets over many pictures, against a search by brute force in float64: every map is read, every number is
// looked at, and equal values keep the order of the set.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sizeOf } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { findTopImages, type TopImage, topOf } from '../../src/methods/topImages.js';
import { readPicture } from '../../src/node/images.js';
import { loadModel } from '../../src/node/models.js';
import { createPreprocessor, type Picture } from '../../src/scene/input.js';
import { openNet } from '../../src/scene/openNet.js';
import { searchedLayers } from '../../src/scene/unitLayers.js';
import { worldImage } from '../../train/world/index.js';
import { testContext } from '../support/device.js';
import { describeWithData, sharedData } from '../support/shared.js';

const BATCH = 16;
const K = 9;
/** No net was trained on the world's pictures of this seed. */
const SEED = 2;
const LONG = process.env.CONVSCOPE_LONG === '1';

type Open = (index: number) => Picture | Promise<Picture>;

/** For each layer and channel the best `K` of all images, sorted by value, then by index. */
async function bruteForce(ctx: Context, model: Model, count: number, open: Open, names: readonly string[]) {
  const { layers } = searchedLayers(model, { layers: names });
  const batch = Math.min(BATCH, count);
  const { tape, image, at } = openNet(model, { batch });
  const values = layers.map(({ layer }) => at.final(layer));
  using plan = await compile(ctx, tape, { keep: values });
  using preprocessor = createPreprocessor(ctx, model);
  const size = sizeOf(image.shape) / batch;
  const found = layers.map(({ shape: [C] }) => Array.from({ length: C }, (): TopImage[] => []));
  for (let from = 0; from < count; from += batch) {
    const n = Math.min(batch, count - from);
    for (let i = 0; i < n; i++) await preprocessor.into(await open(from + i), plan.buffer(image), i * size);
    plan.run();
    for (const [l, { shape }] of layers.entries()) {
      const [C, H, W] = shape;
      const maps = Float64Array.from(await plan.read(values[l]));
      for (let i = 0; i < n; i++) {
        for (let c = 0; c < C; c++) {
          const map = maps.subarray((i * C + c) * H * W, (i * C + c + 1) * H * W);
          const value = map.reduce((a, b) => Math.max(a, b));
          const place = map.indexOf(value);
          found[l][c].push({ image: from + i, value: value + 0, at: [Math.floor(place / W), place % W] });
        }
      }
    }
  }
  // The sort is stable: equal values stay in the order of the set.
  return found.map((channels) => channels.map((all) => all.sort((a, b) => b.value - a.value).slice(0, K)));
}

async function expectBruteForce(model: Model, count: number, open: Open, names: readonly string[]): Promise<void> {
  const ctx = await testContext();
  const set = Array.from({ length: count }, (_, id) => ({ id, picture: () => open(id) }));
  const top = await findTopImages(ctx, model, set, { layers: names, k: K, batch: BATCH });
  const want = await bruteForce(ctx, model, count, open, names);
  for (const [l, { layer }] of top.layers.entries()) {
    expect([layer, want[l].map((_, c) => topOf(top, layer, c))]).toEqual([layer, want[l]]);
  }
}

describe('convolutions, pooling and fully connected layers of mini-caffenet', () => {
  const names = ['conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'conv4', 'conv5', 'pool5', 'fc6', 'fc7', 'fc8'];
  const world: Open = (index) => worldImage(SEED, index);

  test('over 1000 pictures of the toy world', { timeout: 300_000 }, async () => {
    await expectBruteForce(await loadModel('mini-caffenet'), 1000, world, names);
  });

  test.skipIf(!LONG)(
    'over 10,000 pictures of the toy world (only with CONVSCOPE_LONG=1)',
    { timeout: 3_600_000 },
    async () => {
      await expectBruteForce(await loadModel('mini-caffenet'), 10_000, world, names);
    },
  );
});

describeWithData('inception layers of GoogLeNet over photographs', () => {
  const data = sharedData() ?? '';
  const file = (name: string) => join(data, 'googlenet', name);

  test('the pictures of shared data', { timeout: 300_000 }, async () => {
    const folder = join(data, 'images');
    const photographs = readdirSync(folder).filter((name) => /\.(png|jpg)$/.test(name));
    const open: Open = (index) => readPicture(join(folder, photographs[index]));
    const model = await loadModel(`${file('deploy.prototxt')},${file('bvlc_googlenet.caffemodel')}`);
    const parts = ['1x1', '3x3', '5x5', 'pool_proj'].map((part) => `inception_3a/${part}`);
    const names = [
      'conv1/7x7_s2',
      'pool2/3x3_s2',
      ...parts,
      'inception_3a/output',
      'inception_4c/output',
      'inception_5b/output',
    ];
    await expectBruteForce(model, photographs.length, open, [...names, 'pool5/7x7_s1', 'loss3/classifier']);
  });
});
