// A denoising autoencoder of codes, as a separate net: PPGN-h's prior over fc6 (Nguyen et al. 2017 §3.3). It is trained with
// all amounts of noise, and receives the amount as input.
import { f32 } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Tape, type Value } from '../../src/graph/tape.js';
import { adam } from '../../src/optim/adam.js';
import { descend } from '../../src/optim/descend.js';
import { cosine } from '../../src/optim/schedule.js';
import { openNet } from '../../src/scene/openNet.js';
import { shuffled } from '../data.js';
import { squaredError } from '../losses.js';
import { lastLayer, netOn, traceNet, weightsOf } from '../net.js';
import { normal } from '../normal.js';
import type { Task } from '../run.js';
import { streamOf } from '../world/random.js';

export interface AutoencoderRecipe {
  readonly seed: number;
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
  /** Share of codes without their class, so that the net also works without it. */
  readonly untold: number;
}

/** Codes `[length, size]` of a set of images. */
export interface CodeSet {
  readonly name: string;
  readonly length: number;
  readonly codes: Float32Array;
  readonly classes: Uint8Array;
}

/**
 * How much of a code and how much noise a noise level mixes, relative to the codes' standard deviation. The mixture follows a
 * quarter of a circle from (1, 0) to (0, 1), so noisy codes have the same size as codes.
 */
const mixture = (level: number) => ({ kept: Math.cos((level * Math.PI) / 2), noise: Math.sin((level * Math.PI) / 2) });

/** The level at which the noise is `ratio` times the codes' standard deviation, relative to the remaining part of the code. */
const levelOf = (ratio: number): number => (Math.atan(ratio) * 2) / Math.PI;

interface Leaves {
  readonly noisy: Value;
  readonly level: Value;
  readonly class: Value;
}

function leavesFor(tape: Tape, model: Model, batch: number): Leaves {
  const [level, named] = model.sides ?? [];
  return {
    noisy: tape.leaf('noisy codes', f32(batch, model.input.shape[1])),
    level: tape.leaf('levels', f32(batch, level.shape[1])),
    class: tape.leaf('classes', f32(batch, named.shape[1])),
  };
}

const sidesOf = ({ level, class: named }: Leaves) => ({ level, class: named });

export function autoencoderTask(model: Model, recipe: AutoencoderRecipe, training: CodeSet, heldOut: CodeSet): Task {
  const { batch, steps, seed } = recipe;
  const size = model.input.shape[1];
  return {
    name: model.name,
    recipe: { net: model.name, ...recipe, codes: training.name },
    steps,
    evaluateEvery: 1000,
    build(tape: Tape, step: Value) {
      const leaves = leavesFor(tape, model, batch);
      const clean = tape.leaf('codes', f32(batch, size));
      const net = netOn(tape, model);
      const cleaned = traceNet(tape, net, leaves.noisy, { inputs: sidesOf(leaves), step })(lastLayer(model));
      const loss = squaredError(tape, cleaned, clean);
      const [descent] = descend(tape, loss, step, [{ weights: weightsOf([net]), rules: [adam.make({})] }]);
      const deviation = deviationOf(training.codes);
      const K = leaves.class.shape[1];
      const data = {
        noisy: new Float32Array(batch * size),
        clean: new Float32Array(batch * size),
        levels: new Float32Array(batch),
        classes: new Float32Array(batch * K),
      };
      return {
        nets: [net],
        descents: [{ descent, rate: cosine({ rate: recipe.rate, steps, warmUp: 100 }) }],
        metrics: { loss },
        feed(plan, i) {
          const random = streamOf(seed ^ 0xdae, i);
          data.classes.fill(0);
          for (let n = 0; n < batch; n++) {
            const index = shuffled(training.length, seed, i * batch + n);
            data.clean.set(training.codes.subarray(index * size, (index + 1) * size), n * size);
            data.levels[n] = random.uniform();
            if (!random.chance(recipe.untold)) data.classes[n * K + training.classes[index]] = 1;
            const { kept, noise } = mixture(data.levels[n]);
            for (let j = n * size; j < (n + 1) * size; j++) {
              data.noisy[j] = kept * data.clean[j] + noise * deviation * normal(random);
            }
          }
          plan.write(leaves.noisy, data.noisy);
          plan.write(clean, data.clean);
          plan.write(leaves.level, data.levels);
          plan.write(leaves.class, data.classes);
        },
      };
    },
    async evaluate(ctx, [now]) {
      return { 'held-out error': await denoisingError(ctx, now, heldOut, 0.3) };
    },
  };
}

/**
 * Squared error after removing noise of `ratio` times the codes' standard deviation without knowing the class, relative to the
 * variance about the mean code.
 */
export async function denoisingError(
  ctx: Context,
  model: Model,
  { codes, length }: CodeSet,
  ratio: number,
): Promise<number> {
  const size = codes.length / length;
  const level = levelOf(ratio);
  const { kept, noise } = mixture(level);
  const random = streamOf(1, 0xdae);
  const deviation = deviationOf(codes);
  const tape = createTape();
  const leaves = leavesFor(tape, model, length);
  const { at } = openNet(model, { tape, image: leaves.noisy, inputValues: sidesOf(leaves) });
  const cleaned = at(lastLayer(model));
  using plan = await compile(ctx, tape, { keep: [cleaned] });
  plan.write(
    leaves.noisy,
    codes.map((v) => kept * v + noise * deviation * normal(random)),
  );
  plan.write(leaves.level, new Float32Array(length).fill(level));
  plan.write(leaves.class, new Float32Array(length * leaves.class.shape[1]));
  plan.run();
  const made = await plan.read(cleaned);
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

/** Standard deviation of all numbers of all codes. */
function deviationOf(values: Float32Array): number {
  let sum = 0;
  let squares = 0;
  for (const v of values) {
    sum += v;
    squares += v * v;
  }
  return Math.sqrt(squares / values.length - (sum / values.length) ** 2);
}
