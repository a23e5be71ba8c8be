// Training on the device: step by step as float64 does, and the same whether or not it was stopped on the way.
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Model, WeightData } from '../../src/graph/model.js';
import { weightsAsF32 } from '../../src/graph/model.js';
import { importCaffe } from '../../src/importers/index.js';
import { readTensors, writeTensors } from '../../src/importers/safetensors.js';
import { augmented, shuffled, worldSet } from '../../train/data.js';
import { untrained } from '../../train/net.js';
import { type Result, type RunOptions, type Task, train } from '../../train/run.js';
import { type ClassifierRecipe, classifierTask, rateOf, type Sketcher } from '../../train/tasks/classifier.js';
import { testContext } from '../support/device.js';
import { referenceTrainer } from './reference.js';

const folder = mkdtempSync(join(tmpdir(), 'convscope-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const images = await worldSet(9, 200);
const recipe = {
  seed: 3,
  batch: 4,
  steps: 300,
  optimizer: 'sgd',
  rate: 0.01,
  momentum: 0.9,
  weightDecay: 5e-4,
  shift: 3,
} as const;
const preprocessing = { order: 'bgr', mean: [110, 115, 120], scale: 1 / 64, fit: 'crop', stated: true } as const;

const TWO_CYCLES = [
  { steps: 30, rate: 0.01 },
  { steps: 30, rate: 0.002, rise: 0.1 },
];
/** mini-caffenet's kinds of layers, few and narrow: hundreds of steps take seconds on any adapter. */
const NARROW = `name: "narrow" input: "data" input_dim: 1 input_dim: 3 input_dim: 64 input_dim: 64
  layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1" convolution_param { num_output: 8 kernel_size: 7 stride: 4 weight_filler { type: "msra" } } }
  layer { name: "relu1" type: "ReLU" bottom: "conv1" top: "conv1" }
  layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1" pooling_param { pool: MAX kernel_size: 3 stride: 2 } }
  layer { name: "norm1" type: "LRN" bottom: "pool1" top: "norm1" lrn_param { local_size: 5 alpha: 0.1 beta: 0.75 } }
  layer { name: "conv2" type: "Convolution" bottom: "norm1" top: "conv2" convolution_param { num_output: 12 kernel_size: 3 pad: 1 group: 2 weight_filler { type: "msra" } } }
  layer { name: "relu2" type: "ReLU" bottom: "conv2" top: "conv2" }
  layer { name: "fc3" type: "InnerProduct" bottom: "conv2" top: "fc3" inner_product_param { num_output: 32 weight_filler { type: "msra" } } }
  layer { name: "relu3" type: "ReLU" bottom: "fc3" top: "fc3" }
  layer { name: "drop3" type: "Dropout" bottom: "fc3" top: "fc3" dropout_param { dropout_ratio: 0.2 } }
  layer { name: "fc4" type: "InnerProduct" bottom: "fc3" top: "fc4" inner_product_param { num_output: 20 weight_filler { type: "gaussian" std: 0.01 } } }
  layer { name: "prob" type: "Softmax" bottom: "fc4" top: "prob" }`;
const narrow = (): Model => importCaffe(NARROW, undefined, { seededWeights: 5, preprocessing });
const whole = (): Model => untrained('mini-caffenet', 5, { preprocessing });
/** As the recipe of mini-caffenet has it. */
const sketcher = (): Sketcher => ({ model: untrained('mini-sketch', 6), layer: 'relu6', weight: 2 });
const taskOf = (model: Model, own: Partial<ClassifierRecipe> = recipe, sketch?: Sketcher): Task => ({
  ...classifierTask(model, { ...recipe, ...own }, images, images, sketch),
  evaluateEvery: 1e9,
});

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
  test.each([
    ['mini-caffenet with its sketch', whole, 2, sketcher()],
    ['a narrow net', narrow, 4, undefined],
  ] as const)('the first 20 losses of %s are those of float64', async (_, modelOf, batch, sketch) => {
    const { losses } = await run(taskOf(modelOf(), { batch }, sketch), { until: 20 });
    const step = referenceTrainer(modelOf(), recipe, sketch);
    const rate = rateOf({ ...recipe, batch });
    const plane = 3 * 64 * 64;
    for (let i = 0; i < 20; i++) {
      const pixels = new Float32Array(batch * plane);
      const labels: number[] = [];
      for (let n = 0; n < batch; n++) {
        const draw = i * batch + n;
        const index = shuffled(images.length, recipe.seed, draw);
        augmented(images, index, { seed: recipe.seed, draw, shift: recipe.shift }, preprocessing, pixels, n);
        labels.push(images.classes[index]);
      }
      const want = step(pixels, labels, i, rate(i));
      expect(Math.abs(losses[i] - want), `step ${i}: ${losses[i]} and ${want}`).toBeLessThan(1e-3);
    }
  });

  test('a few hundred steps lower the loss', async () => {
    const { losses } = await run(taskOf(narrow(), { batch: 16 }), { until: 300 });
    const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    expect(mean(losses.slice(-40))).toBeLessThan(mean(losses.slice(0, 40)) - 0.3);
  });

  test('cycles of the rate follow one another', () => {
    const rate = rateOf({ ...recipe, steps: 60, cycles: TWO_CYCLES });
    const want = { 0: 4e-4, 8: 0.01, 29: 4e-8, 30: 8e-5, 32: 0.002, 59: 8e-9, 99: 8e-9 };
    for (const [step, r] of Object.entries(want)) expect(rate(Number(step)) / r, `step ${step}`).toBeCloseTo(1, 9);
  });

  test.each([
    ['a run', {}],
    [
      'a run against an adversary',
      { optimizer: 'adam', cycles: TWO_CYCLES, attack: { radius: 0.5, steps: 2, stepLength: 0.7 } },
    ],
  ] as const)('%s that was stopped and taken up again ends with the same bits', async (name, own) => {
    const uninterrupted = await run(taskOf(narrow(), own), { until: 60 });
    const checkpoint = join(folder, `${name}.safetensors`);
    const stop = new AbortController();
    const loop = train(await testContext(), taskOf(narrow(), own), { until: 60, checkpoint, signal: stop.signal });
    await loop.next();
    stop.abort();
    const stopped = await loop.next();
    expect(stopped.done && stopped.value.step).toBe(20);
    const resumed = await run(taskOf(narrow(), own), { until: 60, checkpoint });
    expect([...resumed.losses]).toEqual(uninterrupted.losses.slice(20));
    expect(resumed.history).toEqual(uninterrupted.history);
    for (const [key, weight] of uninterrupted.models[0].weights) {
      const again = resumed.models[0].weights.get(key);
      const bytes = (data: Float32Array) => Buffer.from(data.buffer);
      const same = again && bytes(weightsAsF32(again)).equals(bytes(weightsAsF32(weight)));
      expect(same, key).toBe(true);
    }
  });

  test('a checkpoint from before the memory of update rules turned its sign goes on with the same bits', async () => {
    const uninterrupted = await run(taskOf(narrow()), { until: 40 });
    const checkpoint = join(folder, 'old.safetensors');
    await run(taskOf(narrow()), { until: 20, checkpoint });
    const { tensors, metadata } = readTensors(await readFile(checkpoint));
    const old = [...tensors].map(([label, tensor]): [string, WeightData] => {
      if (!label.endsWith(' velocity')) return [label, tensor];
      return [label, { ...tensor, dtype: 'f32', data: weightsAsF32(tensor).map((v) => -v) }];
    });
    const { version: _, ...rest } = Object.fromEntries(metadata);
    await writeFile(checkpoint, writeTensors(new Map(old), rest));
    const resumed = await run(taskOf(narrow()), { until: 40, checkpoint });
    expect(resumed.losses).toEqual(uninterrupted.losses.slice(20));
  });

  test('a checkpoint that lacks memory of an update rule is refused', async () => {
    const checkpoint = join(folder, 'less.safetensors');
    await run(taskOf(narrow()), { until: 20, checkpoint });
    const { tensors, metadata } = readTensors(await readFile(checkpoint));
    const less = [...tensors].filter(([label]) => label !== 'narrow/conv1.w velocity');
    await writeFile(checkpoint, writeTensors(new Map(less), Object.fromEntries(metadata)));
    await expect(run(taskOf(narrow()), { until: 40, checkpoint })).rejects.toThrow(
      /has no 'narrow\/conv1.w velocity'; start with --fresh/,
    );
  });

  test('a checkpoint of another recipe is refused', async () => {
    const checkpoint = join(folder, 'other.safetensors');
    await run(taskOf(narrow()), { until: 20, checkpoint });
    const other = { ...taskOf(narrow()), recipe: { net: 'another' } };
    await expect(run(other, { until: 40, checkpoint })).rejects.toThrow(/another recipe .*--fresh/);
  });

  test('a loss that is no number ends the run with its name and step', async () => {
    const wild = classifierTask(narrow(), { ...recipe, rate: 1e30, momentum: 0 }, images, images);
    await expect(run(wild, { until: 40 })).rejects.toThrow(/narrow: the loss of step \d+ is (NaN|Infinity)/);
  });
});
