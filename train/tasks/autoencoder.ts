// A denoising autoencoder of codes: PPGN-h's prior over fc6 (Nguyen et al. 2017 §3.3), as a net of its own.
import { grad } from '../../src/autodiff/grad.js';
import { f32 } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import { type Model, trace } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Tape } from '../../src/graph/tape.js';
import { layers as table } from '../../src/methods/layers.js';
import { adam, cosine } from '../../src/optim/index.js';
import { shuffled } from '../data.js';
import { squaredError } from '../losses.js';
import { lastLayer, netOn, traceNet } from '../net.js';
import type { Task } from '../run.js';
import { type Random, streamOf } from '../world/random.js';

export interface AutoencoderRecipe {
  readonly seed: number;
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
  /** Standard deviation of the noise, relative to that of the codes. */
  readonly noise: number;
}

/** Codes `[length, size]` of a set of images. */
export interface CodeSet {
  readonly name: string;
  readonly length: number;
  readonly codes: Float32Array;
}

export function autoencoderTask(model: Model, recipe: AutoencoderRecipe, training: CodeSet, heldOut: CodeSet): Task {
  const { batch, steps, seed } = recipe;
  const size = model.input.shape[1];
  return {
    name: model.name,
    recipe: { net: model.name, ...recipe, codes: training.name },
    steps,
    evaluateEvery: 1000,
    build(tape: Tape) {
      const noisy = tape.leaf('noisy codes', f32(batch, size));
      const clean = tape.leaf('codes', f32(batch, size));
      const net = netOn(tape, model);
      const loss = squaredError(tape, traceNet(tape, net, noisy)(lastLayer(model)), clean);
      const weights = [...net.weights.values()];
      const one = tape.constant('one', [1], Float32Array.of(1));
      const gradients = grad(tape, loss, weights, { seed: one });
      const descent = adam()(
        tape,
        weights.map((w, i) => ({ w, g: gradients[i] })),
      );
      const sigma = recipe.noise * deviation(training.codes);
      const data = { noisy: new Float32Array(batch * size), clean: new Float32Array(batch * size) };
      return {
        nets: [net],
        descents: [{ descent, rate: cosine({ rate: recipe.rate, steps, warmUp: 100 }) }],
        metrics: { loss },
        feed(plan, i) {
          for (let n = 0; n < batch; n++) {
            const index = shuffled(training.length, seed, i * batch + n);
            data.clean.set(training.codes.subarray(index * size, (index + 1) * size), n * size);
          }
          const random = streamOf(seed ^ 0xdae, i);
          for (let j = 0; j < data.noisy.length; j++) data.noisy[j] = data.clean[j] + sigma * normal(random);
          plan.write(noisy, data.noisy);
          plan.write(clean, data.clean);
        },
      };
    },
    async evaluate(ctx, [now]) {
      return { 'held-out error': await reconstructionError(ctx, now, heldOut) };
    },
  };
}

/** Squared error of codes without noise, relative to their variance about the mean code. */
export async function reconstructionError(ctx: Context, model: Model, { codes, length }: CodeSet): Promise<number> {
  const size = codes.length / length;
  const tape = createTape();
  const x = tape.leaf('codes', f32(length, size));
  const y = trace(tape, model, x, table)(lastLayer(model));
  using plan = await compile(ctx, tape, { keep: [y] });
  plan.write(x, codes);
  plan.run();
  const made = await plan.read(y);
  const means = new Float64Array(size);
  for (let i = 0; i < codes.length; i++) means[i % size] += codes[i] / length;
  let error = 0;
  let variance = 0;
  for (let i = 0; i < codes.length; i++) {
    error += (made[i] - codes[i]) ** 2;
    variance += (codes[i] - means[i % size]) ** 2;
  }
  return error / variance;
}

export interface SampleOptions {
  readonly seed: number;
  readonly count: number;
  /** Standard deviation of the noise, relative to that of the codes: as in training. */
  readonly noise: number;
  /** Rounds of noise and its removal. */
  readonly rounds: number;
}

/**
 * Codes that no image was encoded to, `[count, size]`, of the classes in turn: each begins as a normal draw with the mean and
 * covariance of its class in `set`, and noise is added and removed again and again, which brings it to where codes are dense
 * (the walkback of Bengio et al. 2013).
 */
export async function sampleCodes(
  ctx: Context,
  model: Model,
  set: CodeSet & { readonly classes: Uint8Array },
  { seed, count, noise, rounds }: SampleOptions,
): Promise<Float32Array> {
  const size = set.codes.length / set.length;
  const random = streamOf(seed, 0);
  const classes = [...new Set(set.classes.subarray(0, set.length))].sort((a, b) => a - b);
  let sample = new Float32Array(count * size);
  for (let k = 0; k < count; k++) sample.set(drawnLike(set, classes[k % classes.length], random), k * size);
  const tape = createTape();
  const x = tape.leaf('codes', f32(count, size));
  const y = trace(tape, model, x, table)(lastLayer(model));
  using plan = await compile(ctx, tape, { keep: [y] });
  const added = noise * deviation(set.codes);
  for (let round = 0; round < rounds; round++) {
    plan.write(
      x,
      sample.map((v) => v + added * normal(random)),
    );
    plan.run();
    sample = new Float32Array(await plan.read(y));
  }
  return sample;
}

/** A normal draw with the mean and covariance of a class's codes: their mean plus deviations from it, each times a normal number. */
function drawnLike(
  { codes, classes, length }: CodeSet & { readonly classes: Uint8Array },
  wanted: number,
  random: Random,
): Float32Array {
  const size = codes.length / length;
  const rows = Array.from({ length }, (_, i) => i).filter((i) => classes[i] === wanted);
  const mean = new Float64Array(size);
  for (const i of rows) for (let j = 0; j < size; j++) mean[j] += codes[i * size + j] / rows.length;
  const drawn = Float64Array.from(mean);
  for (const i of rows) {
    const z = normal(random) / Math.sqrt(rows.length);
    for (let j = 0; j < size; j++) drawn[j] += z * (codes[i * size + j] - mean[j]);
  }
  // Behind a ReLU no code is negative.
  return Float32Array.from(drawn, (v) => Math.max(0, v));
}

/** Box & Muller: one of the pair. */
function normal(random: Random): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.uniform()));
  return radius * Math.cos(2 * Math.PI * random.uniform());
}

function deviation(values: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (const v of values) {
    sum += v;
    squares += v * v;
  }
  return Math.sqrt(squares / values.length - (sum / values.length) ** 2);
}
