// The tasks beside classification: a few steps each, on nets as they begin.
import { describe, expect, test } from 'vitest';
import { createRng } from '../../src/core/rng.js';
import type { Model } from '../../src/graph/model.js';
import { worldSet } from '../../train/data.js';
import { featuresOf } from '../../train/features.js';
import { untrained } from '../../train/net.js';
import { type Result, type Task, train } from '../../train/run.js';
import { autoencoderTask, reconstructionError, sampleCodes } from '../../train/tasks/autoencoder.js';
import { captionerTask, captionsOf, encodeCaptions, wordAccuracy } from '../../train/tasks/captioner.js';
import { generatorTask, reconstructionErrors } from '../../train/tasks/generator.js';
import { VOCABULARY } from '../../train/world/index.js';
import { testContext } from '../support/device.js';

const images = await worldSet(9, 200);
const preprocessing = { order: 'bgr', mean: [110, 115, 120], scale: 1 / 64, fit: 'crop', stated: true } as const;
const encoder = (): Model => untrained('mini-caffenet', 5, { preprocessing, labels: images.labels });

async function run(task: Task, until: number) {
  const rows: Readonly<Record<string, number>>[] = [];
  const loop = train(await testContext(), { ...task, evaluateEvery: 1e9 }, { until });
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
  test('generator: the image comes nearer, the discriminator learns, the encoder stays', async () => {
    const ctx = await testContext();
    const nets = {
      encoder: encoder(),
      generator: untrained('mini-generator', 1, { preprocessing }),
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
      compared: 'pool5',
    };
    const { rows, result } = await run(generatorTask(nets, recipe, images, images), 20);
    expect(fall(rows, 'image')).toBeGreaterThan(0.05);
    expect(rows.every((r) => Object.values(r).every(Number.isFinite))).toBe(true);
    expect(result.models.map((m) => m.name)).toEqual(['mini-generator', 'mini-discriminator']);
    const errors = await reconstructionErrors(ctx, result.models[0], nets.encoder, images, 'fc6', 50);
    expect(errors.pixelError).toBeGreaterThan(0);
    expect(errors.pixelError).toBeLessThan(3);
  });

  test('captioner: words become likelier, and sentences are made of its words', async () => {
    const ctx = await testContext();
    const words = ['<EOS>', ...VOCABULARY];
    const whole = untrained('mini-captioner', 1, { labels: words });
    // Sentences of up to seven words: every step of time is a hundred dispatches.
    const model = { ...whole, sides: whole.sides?.map(({ name }) => ({ name, shape: [8, 1] })) ?? [] };
    const set = {
      name: 'some',
      length: images.length,
      features: await featuresOf(ctx, encoder(), images, 'fc8'),
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
    const said = await captionsOf(ctx, trained, set.features.subarray(0, 3 * 20));
    expect(said.length).toBe(3);
    expect(
      said
        .join(' ')
        .split(' ')
        .every((word) => word === '' || words.includes(word)),
    ).toBe(true);
  });

  test('autoencoder: codes come back, with less noise than they had', async () => {
    const ctx = await testContext();
    const rng = createRng(3);
    // Codes that lie near a plane of eight dimensions, as far as a ReLU lets them.
    const basis = Float32Array.from({ length: 8 * 512 }, () => rng.normal());
    const codes = new Float32Array(200 * 512);
    for (let n = 0; n < 200; n++) {
      const at = Array.from({ length: 8 }, () => rng.normal());
      for (let i = 0; i < 512; i++) {
        codes[n * 512 + i] = Math.max(
          0,
          at.reduce((sum, v, k) => sum + v * basis[k * 512 + i], 0),
        );
      }
    }
    const set = { name: 'codes', length: 200, codes };
    const task = autoencoderTask(
      untrained('mini-dae', 1),
      { seed: 1, batch: 16, steps: 200, rate: 2e-3, noise: 0.3 },
      set,
      set,
    );
    const before = await reconstructionError(ctx, untrained('mini-dae', 1), set);
    const { rows, result } = await run(task, 200);
    expect(fall(rows, 'loss', 20)).toBeGreaterThan(1);
    expect(await reconstructionError(ctx, result.models[0], set)).toBeLessThan(before / 2);
  });

  test('samples of codes begin with the mean and covariance of each class in turn', async () => {
    const rng = createRng(4);
    const length = 300;
    const codes = new Float32Array(length * 512);
    const classes = Uint8Array.from({ length }, (_, n) => n % 2);
    // The first two units rise together in one class and against each other in the other; far from zero, where a ReLU cuts.
    for (let n = 0; n < length; n++) {
      const t = rng.normal();
      codes.set([8 + t, 20 + (classes[n] === 0 ? 2 : -2) * t], n * 512);
    }
    const set = { name: 'codes', length, codes, classes };
    const options = { seed: 1, count: 2000, noise: 0.3, rounds: 0 };
    const drawn = await sampleCodes(await testContext(), untrained('mini-dae', 1), set, options);
    for (const [of, sign] of [1, -1].entries()) {
      const rows = Array.from({ length: 1000 }, (_, k) => drawn.subarray((2 * k + of) * 512, (2 * k + of) * 512 + 3));
      const [a, b] = [mean(rows.map((r) => r[0])), mean(rows.map((r) => r[1]))];
      expect(Math.abs(a - 8)).toBeLessThan(0.3);
      expect(Math.abs(b - 20)).toBeLessThan(0.6);
      expect(Math.abs(mean(rows.map((r) => (r[0] - a) * (r[1] - b))) - 2 * sign)).toBeLessThan(0.5);
      expect(rows.every((r) => r[2] === 0)).toBe(true);
    }
  });
});
