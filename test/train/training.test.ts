// Training on the device: step by step as float64 does, and the same whether or not it was stopped on the way.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Model } from '../../src/graph/model.js';
import { weightsAsF32 } from '../../src/graph/model.js';
import { augmented, shuffled, worldSet } from '../../train/data.js';
import { untrained } from '../../train/net.js';
import { type Result, type RunOptions, type Task, train } from '../../train/run.js';
import { classifierTask, rateOf } from '../../train/tasks/classifier.js';
import { testContext } from '../support/device.js';
import { referenceTrainer } from './reference.js';

const folder = mkdtempSync(join(tmpdir(), 'convscope-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const images = await worldSet(9, 200);
const recipe = {
  seed: 3,
  batch: 4,
  steps: 240,
  optimizer: 'sgd',
  rate: 0.01,
  momentum: 0.9,
  weightDecay: 5e-4,
  shift: 3,
} as const;
const preprocessing = { order: 'bgr', mean: [110, 115, 120], scale: 1 / 64, fit: 'crop', stated: true } as const;
const model = (): Model => untrained('mini-caffenet', 5, { preprocessing });
const task = (): Task => ({ ...classifierTask(model(), recipe, images, images), evaluateEvery: 1e9 });

/** All steps that are wanted, with every step's loss. */
async function run(what: Task, options: RunOptions): Promise<Result & { losses: number[] }> {
  const losses: number[] = [];
  const loop = train(await testContext(), what, options);
  for (;;) {
    const next = await loop.next();
    if (next.done) return { ...next.value, losses };
    losses.push(...next.value.rows.map((r) => r.loss));
  }
}

describe('training', () => {
  test('the first 20 losses are those of float64, and a few hundred steps lower the loss', async () => {
    const { losses } = await run(task(), { until: 240 });
    const step = referenceTrainer(model(), recipe);
    const rate = rateOf(recipe);
    const plane = 3 * 64 * 64;
    for (let i = 0; i < 20; i++) {
      const batch = new Float32Array(recipe.batch * plane);
      const labels: number[] = [];
      for (let n = 0; n < recipe.batch; n++) {
        const draw = i * recipe.batch + n;
        const index = shuffled(images.length, recipe.seed, draw);
        augmented(images, index, { seed: recipe.seed, draw, shift: recipe.shift }, preprocessing, batch, n);
        labels.push(images.classes[index]);
      }
      const want = step(batch, labels, i, rate(i));
      expect(Math.abs(losses[i] - want), `step ${i}: ${losses[i]} and ${want}`).toBeLessThan(1e-3);
    }
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(losses.slice(-40))).toBeLessThan(mean(losses.slice(0, 40)) - 0.3);
  });

  test('a run that was stopped and taken up again ends with the same bits', async () => {
    const whole = await run(task(), { until: 60 });
    const checkpoint = join(folder, 'run.safetensors');
    const stop = new AbortController();
    const loop = train(await testContext(), task(), { until: 60, checkpoint, signal: stop.signal });
    await loop.next();
    stop.abort();
    const stopped = await loop.next();
    expect(stopped.done && stopped.value.step).toBe(20);
    const resumed = await run(task(), { until: 60, checkpoint });
    expect([...resumed.losses]).toEqual(whole.losses.slice(20));
    expect(resumed.history).toEqual(whole.history);
    for (const [key, weight] of whole.models[0].weights) {
      const again = resumed.models[0].weights.get(key);
      expect(
        again && Buffer.from(weightsAsF32(again).buffer).equals(Buffer.from(weightsAsF32(weight).buffer)),
        key,
      ).toBe(true);
    }
  });

  test('a checkpoint of another recipe is refused', async () => {
    const checkpoint = join(folder, 'other.safetensors');
    await run(task(), { until: 20, checkpoint });
    const other = { ...task(), recipe: { net: 'another' } };
    await expect(run(other, { until: 40, checkpoint })).rejects.toThrow(/another recipe .*--fresh/);
  });

  test('a loss that is no number ends the run with its name and step', async () => {
    const wild = classifierTask(model(), { ...recipe, rate: 1e30, momentum: 0 }, images, images);
    await expect(run(wild, { until: 40 })).rejects.toThrow(/mini-caffenet: the loss of step \d+ is (NaN|Infinity)/);
  });
});
