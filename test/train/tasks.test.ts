// The tasks beside classification: a few steps each, on nets as they begin.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { createRng } from '../../src/core/rng.js';
import type { Model } from '../../src/graph/model.js';
import { importCaffe } from '../../src/importers/index.js';
import { loadModel } from '../../src/node/models.js';
import { netOfRun, runPath } from '../../train/checkpoint.js';
import { worldSet } from '../../train/data.js';
import { besideEachOther, featuresOf } from '../../train/features.js';
import { untrained } from '../../train/net.js';
import { gradientEnergy, reconstructionErrors } from '../../train/reconstruction.js';
import { type Result, type Task, train } from '../../train/run.js';
import { autoencoderTask, denoisingError } from '../../train/tasks/autoencoder.js';
import { captionerTask, captionsOf, encodeCaptions, wordAccuracy } from '../../train/tasks/captioner.js';
import { codecTask } from '../../train/tasks/codec.js';
import { generatorTask } from '../../train/tasks/generator.js';
import { softGeneratorTask } from '../../train/tasks/softGenerator.js';
import { VOCABULARY } from '../../train/world/index.js';
import { testContext } from '../support/device.js';

// Whole steps of training on a CPU: a minute and a half where another test file runs beside it.
vi.setConfig({ testTimeout: 300_000 });

const images = await worldSet(9, 200);
const preprocessing = { order: 'bgr', mean: [110, 115, 120], scale: 1 / 64, fit: 'crop', stated: true } as const;
/** mini-dae's kinds of layers and its inputs, for codes of eight numbers and two classes. */
const smallDenoiser = (): Model =>
  importCaffe(
    `name: "denoiser"
    layer { name: "feat" type: "Input" top: "feat" input_param { shape { dim: 1 dim: 8 } } }
    layer { name: "level" type: "Input" top: "level" input_param { shape { dim: 1 dim: 1 } } }
    layer { name: "class" type: "Input" top: "class" input_param { shape { dim: 1 dim: 2 } } }
    layer { name: "known" type: "Concat" bottom: "feat" bottom: "level" bottom: "class" top: "known" }
    layer { name: "enc1" type: "InnerProduct" bottom: "known" top: "enc1" inner_product_param { num_output: 64 weight_filler { type: "msra" } } }
    layer { name: "relu1" type: "ReLU" bottom: "enc1" top: "enc1" }
    layer { name: "enc2" type: "InnerProduct" bottom: "enc1" top: "enc2" inner_product_param { num_output: 64 weight_filler { type: "msra" } } }
    layer { name: "relu2" type: "ReLU" bottom: "enc2" top: "enc2" }
    layer { name: "dec1" type: "InnerProduct" bottom: "enc2" top: "dec1" inner_product_param { num_output: 8 weight_filler { type: "msra" } } }`,
    undefined,
    { seededWeights: 1 },
  );
const soft = (): Model => untrained('mini-generator-soft', 1, { preprocessing });
const generator = (): Model => untrained('mini-generator', 1, { preprocessing });
const comparator = (): Model => untrained('mini-caffenet', 6, { preprocessing });
const encoder = (): Model => untrained('mini-encoder', 5, { preprocessing, labels: images.labels });

async function run(task: Task, until: number, checkpoint?: string) {
  const rows: Readonly<Record<string, number>>[] = [];
  const loop = train(
    await testContext(),
    { ...task, evaluateEvery: 1e9 },
    { until, ...(checkpoint && { checkpoint }) },
  );
  for (;;) {
    const next = await loop.next();
    if (next.done) return { rows, result: next.value as Result };
    rows.push(...next.value.rows);
  }
}

const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
/** How far a metric fell from the first steps to the last. */
const fall = (rows: readonly Readonly<Record<string, number>>[], name: string, count = 5) =>
  mean(rows.slice(0, count).map((r) => r[name])) - mean(rows.slice(-count).map((r) => r[name]));

describe('tasks', () => {
  test('soft generator: the image comes nearer, the discriminator learns, the encoder stays', async () => {
    const ctx = await testContext();
    const nets = {
      encoder: encoder(),
      comparator: comparator(),
      generator: soft(),
      discriminator: untrained('mini-discriminator', 2),
    };
    const recipe = {
      seed: 1,
      batch: 2,
      steps: 40,
      rate: 1e-3,
      discriminatorRate: 1e-3,
      image: 1,
      feature: 0.1,
      adversarial: 0.02,
      code: 'fc6',
      compared: 'conv2',
    };
    const { rows, result } = await run(softGeneratorTask(nets, recipe, images, images), 20);
    expect(fall(rows, 'image')).toBeGreaterThan(0.05);
    expect(rows.every((r) => Object.values(r).every(Number.isFinite))).toBe(true);
    expect(result.models.map((m) => m.name)).toEqual(['mini-generator-soft', 'mini-discriminator']);
    const errors = await reconstructionErrors(ctx, result.models[0], nets.encoder, images, 'fc6', 50);
    expect(errors.pixelError).toBeGreaterThan(0);
    expect(errors.pixelError).toBeLessThan(3);
  });

  test('generator: begins as the soft one, comes nearer the image, and its average follows', async () => {
    const begins = soft();
    const fresh = generator();
    const nets = {
      encoder: encoder(),
      comparators: [comparator(), { ...comparator(), name: 'another' }],
      generator: { ...fresh, weights: new Map([...fresh.weights, ...begins.weights]) },
      discriminator: untrained('mini-patches', 2),
    };
    const ctx = await testContext();
    const before = await reconstructionErrors(ctx, nets.generator, nets.encoder, images, 'fc6', 50);
    expect(before).toEqual(await reconstructionErrors(ctx, begins, nets.encoder, images, 'fc6', 50));
    const recipe = {
      seed: 1,
      batch: 2,
      steps: 30,
      rate: 1e-3,
      discriminatorRate: 1e-3,
      image: 1,
      feature: 0.1,
      adversarial: 0.8,
      code: 'fc6',
      compared: ['conv1', 'conv2'],
      shift: 2,
      average: 0.5,
    };
    const { rows, result } = await run(generatorTask(nets, recipe, images, images), 20);
    expect(fall(rows, 'image')).toBeGreaterThan(0.05);
    expect(rows.every((r) => Object.values(r).every(Number.isFinite))).toBe(true);
    // Its weight makes what fools the discriminator 0.8 times as strong as the rest, whatever the discriminator has become.
    expect(rows.every(({ balance }) => balance > 0)).toBe(true);
    const [average, now] = result.models;
    expect([average.name, now.name]).toEqual(['mini-generator', 'mini-generator']);
    const after = await reconstructionErrors(ctx, average, nets.encoder, images, 'fc6', 50);
    expect(after.pixelError).toBeLessThan(before.pixelError);
    expect(average.weights.get('refine3.w')?.data).not.toEqual(now.weights.get('refine3.w')?.data);
  });

  test('gradient energy of planes, against its definition', () => {
    // 1 2 / 4 8, and a plane of one colour: 1² + 4² to the right, 3² + 6² downwards.
    expect(gradientEnergy(Float32Array.of(1, 2, 4, 8, 5, 5, 5, 5), 2, 2)).toBe(1 + 16 + 9 + 36);
  });

  test('encoder and generator together: the image comes nearer, and names are learned', async () => {
    const ctx = await testContext();
    const nets = { encoder: encoder(), generator: soft(), comparator: comparator() };
    const components = { images: 150, side: 16, count: 60 };
    const weights = { image: 3, feature: 0.3, naming: 0.3, compared: 'conv2' };
    const recipe = { seed: 1, batch: 4, steps: 40, rate: 1e-3, coarseRate: 0.1, code: 'fc6', components, ...weights };
    const { rows, result } = await run(codecTask(nets, recipe, images, images), 40);
    // Begun as principal components, the coarse maps draw most of the image before anything is learned.
    expect(rows[0].image / rows[0].power).toBeLessThan(0.35);
    expect(fall(rows, 'naming', 10)).toBeGreaterThan(0.05);
    expect(rows.every((r) => Object.values(r).every(Number.isFinite))).toBe(true);
    const [E, G] = result.models;
    expect([E.name, G.name]).toEqual(['mini-encoder', 'mini-generator-soft']);
    const trained = await reconstructionErrors(ctx, G, E, images, 'fc6', 50);
    const untaught = await reconstructionErrors(ctx, nets.generator, nets.encoder, images, 'fc6', 50);
    expect(trained.pixelError).toBeLessThan(untaught.pixelError / 2);
  });

  test('a net goes on from a run that trained it beside another, once that has ended', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'convscope-runs-'));
    try {
      const nets = { encoder: encoder(), generator: soft(), comparator: comparator() };
      const weights = { image: 3, feature: 0.3, naming: 0.3, compared: 'conv2' };
      const recipe = { seed: 1, batch: 1, steps: 4, rate: 1e-3, coarseRate: 1, code: 'fc6', ...weights };
      const task = codecTask(nets, recipe, images, images);
      const begin = () => netOfRun(folder, 'mini-encoder', nets.generator, 4);
      await expect(begin()).rejects.toThrow(
        /mini-generator-soft: begins as .* is not there; train it first: .* mini-encoder/,
      );
      const checkpoint = runPath(folder, 'mini-encoder');
      await run(task, 2, checkpoint);
      await expect(begin()).rejects.toThrow(/at step 2 of 4; train it first/);
      const { result } = await run(task, 4, checkpoint);
      const began = await begin();
      for (const [key, { data }] of result.models[1].weights) expect(began.weights.get(key)?.data, key).toEqual(data);
      await expect(netOfRun(folder, 'mini-encoder', untrained('mini-dae', 1), 4)).rejects.toThrow(
        /has no weights 'how_noisy.w' \[64,1\] of mini-dae/,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('captioner: words become likelier, and sentences are made of its words', async () => {
    const ctx = await testContext();
    const words = ['<EOS>', ...VOCABULARY];
    const robust = await loadModel('mini-caffenet-robust');
    const whole = untrained('mini-captioner', 1, { labels: words });
    // Sentences of up to seven words: every step of time is a hundred dispatches.
    const model = { ...whole, sides: whole.sides?.map(({ name }) => ({ name, shape: [8, 1] })) ?? [] };
    const set = {
      name: 'some',
      length: images.length,
      features: besideEachOther(
        [
          await featuresOf(ctx, robust, images, 'pool5'),
          await featuresOf(ctx, robust, images, 'fc6'),
          await featuresOf(ctx, robust, images, 'fc8'),
          await featuresOf(ctx, encoder(), images, 'coarse'),
        ],
        images.length,
      ),
      sentences: encodeCaptions(images.captions, words),
    };
    expect(set.sentences.every((s) => s.length > 1 && s.every((w) => w > 0 && w < 100))).toBe(true);
    const task = captionerTask(model, { seed: 1, batch: 8, steps: 400, rate: 0.01 }, set, set);
    const { rows, result } = await run(task, 40);
    // From log 100 = 4.6.
    expect(rows[0].loss).toBeCloseTo(Math.log(100), 1);
    expect(fall(rows, 'loss')).toBeGreaterThan(1);
    const [trained] = result.models;
    expect(await wordAccuracy(ctx, trained, set)).toBeGreaterThan(0.2);
    const said = await captionsOf(ctx, trained, set.features.subarray(0, (3 * set.features.length) / images.length));
    expect(said.length).toBe(3);
    expect(
      said
        .join(' ')
        .split(' ')
        .every((word) => word === '' || words.includes(word)),
    ).toBe(true);
  });

  test('autoencoder: noise is taken off codes', async () => {
    const ctx = await testContext();
    const rng = createRng(3);
    // Two classes about centres of their own; the first two numbers rise together in one and against each other in the other.
    const size = 8;
    const length = 400;
    const centres = Array.from({ length: 2 }, () => Array.from({ length: size }, () => 2 * rng.normal()));
    const classes = Uint8Array.from({ length }, (_, n) => n % 2);
    const codes = new Float32Array(length * size);
    for (let n = 0; n < length; n++) {
      const t = rng.normal();
      const along = [t, classes[n] === 0 ? t : -t];
      for (let j = 0; j < size; j++) codes[n * size + j] = centres[n % 2][j] + (along[j] ?? 0);
    }
    const set = { name: 'codes', length, codes, classes };
    const recipe = { seed: 1, batch: 64, steps: 300, rate: 4e-3, untold: 0.15 };
    const before = await denoisingError(ctx, smallDenoiser(), set, 0.3);
    const { rows, result } = await run(autoencoderTask(smallDenoiser(), recipe, set, set), 300);
    expect(fall(rows, 'loss', 50)).toBeGreaterThan(0.5);
    const [trained] = result.models;
    expect(await denoisingError(ctx, trained, set, 0.3)).toBeLessThan(before / 10);
  });
});
