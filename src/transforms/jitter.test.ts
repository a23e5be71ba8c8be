// Jitter in the loop: random by seed and step alone.
import { describe, expect, test } from 'vitest';
import { testContext } from '../../test/support/device.js';
import { loadModel } from '../node/index.js';
import { neuron } from '../objectives/neuron.js';
import { createRun } from '../synthesize/run.js';
import { createStudy, type Study } from '../synthesize/study.js';
import { jitter } from './jitter.js';

const ctx = await testContext();
const model = await loadModel('mini-caffenet');
const study = (seeds: readonly number[], reach = 6): Study =>
  createStudy({
    objective: neuron.make({ unit: 'conv3:5' }),
    transforms: [jitter.make({ reach })],
    optim: [{ name: 'unitLength' }, { name: 'sgd', lr: 30 }],
    seeds,
    steps: 9,
  });

async function image(recipe: Study, chunks: readonly number[]): Promise<Float32Array> {
  using run = await createRun(ctx, model, { recipe, compose: (next) => next });
  for (const steps of chunks) {
    run.run(steps);
    await run.records();
  }
  return run.read();
}

describe('jitter', () => {
  test('many steps of one submit are the same steps one by one', async () => {
    const [together, apart] = [await image(study([4]), [8]), await image(study([4]), [1, 1, 1, 2, 3])];
    expect(Buffer.from(together.buffer).equals(Buffer.from(apart.buffer))).toBe(true);
  });

  test('each image of a batch draws what it draws alone', async () => {
    const [batch, alone] = [await image(study([9, 4, 2]), [8]), await image(study([4]), [8])];
    const own = batch.subarray(alone.length, 2 * alone.length);
    // Batches of other sizes may sum in another order: of numbers up to 255, the fourth digit.
    const worst = own.reduce((most, v, i) => Math.max(most, Math.abs(v - alone[i])), 0);
    expect(worst).toBeLessThan(0.05);
  });

  test('another seed is another image, and so is no jitter', async () => {
    const images = [await image(study([4]), [8]), await image(study([5]), [8]), await image(study([4], 0), [8])];
    const differ = (a: Float32Array, b: Float32Array) => a.some((v, i) => Math.abs(v - b[i]) > 1);
    expect(differ(images[0], images[1])).toBe(true);
    expect(differ(images[0], images[2])).toBe(true);
  });
});
