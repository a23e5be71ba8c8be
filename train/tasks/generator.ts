// A generator of images from codes, trained as in Dosovitskiy & Brox 2016: against the image, against its features in another
// net, and against a discriminator that is trained at the same time.
import { f32 } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import type { Tape, Value } from '../../src/graph/tape.js';
import { adam } from '../../src/optim/adam.js';
import { descend } from '../../src/optim/descend.js';
import { cosine } from '../../src/optim/schedule.js';
import { openNet } from '../../src/scene/openNet.js';
import { type ImageSet, shuffled, toInput } from '../data.js';
import { crossEntropy, featureError, hits, mean, squaredError, weightedSum } from '../losses.js';
import { lastLayer, netOn, traceNet, weightsOf } from '../net.js';
import type { Task } from '../run.js';

export interface GeneratorRecipe {
  readonly seed: number;
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
  readonly discriminatorRate: number;
  /** Weights of the three losses. */
  readonly image: number;
  readonly feature: number;
  readonly adversarial: number;
  /** The encoder's layer with the code, after its ReLU. */
  readonly code: string;
  /** The comparator's layer whose features are compared, after in-place layers. */
  readonly compared: string;
}

const REAL = 1;
const MADE = 0;

export interface Nets {
  readonly generator: Model;
  readonly discriminator: Model;
  /** The net whose codes are turned into images. It does not change. */
  readonly encoder: Model;
  /** The net whose features are compared. It has the encoder's input and does not change. */
  readonly comparator: Model;
}

export function generatorTask(models: Nets, recipe: GeneratorRecipe, training: ImageSet, heldOut: ImageSet): Task {
  const { generator, discriminator, encoder, comparator } = models;
  const { batch, steps, seed } = recipe;
  const { preprocessing } = encoder;
  return {
    name: generator.name,
    recipe: {
      net: generator.name,
      ...recipe,
      images: training.name,
      encoder: encoder.name,
      comparator: comparator.name,
    },
    steps,
    evaluateEvery: 500,
    build(tape: Tape, step: Value) {
      const [, C, H, W] = encoder.input.shape;
      const real = tape.leaf('images', f32(batch, C, H, W));
      const G = netOn(tape, generator);
      const D = netOn(tape, discriminator);
      const code = openNet(encoder, { tape, image: real }).at.final(recipe.code);
      const made = traceNet(tape, G, code)(lastLayer(generator));
      const judge = (image: Value, which: number) =>
        traceNet(tape, D, image, { inputs: { feat: code }, step, seed: which })(lastLayer(discriminator));
      const onReal = judge(real, REAL);
      const onMade = judge(made, MADE);
      const label = (which: number) => tape.constant(`label ${which}`, [batch], new Float32Array(batch).fill(which));

      const imageLoss = squaredError(tape, made, real);
      const featureLoss = featureError(tape, comparator, recipe.compared, made, real);
      const fooling = mean(tape, crossEntropy(tape, onMade, label(REAL)));
      const loss = weightedSum(tape, [
        [recipe.image, imageLoss],
        [recipe.feature, featureLoss],
        [recipe.adversarial, fooling],
      ]);
      const telling = weightedSum(tape, [
        [0.5, mean(tape, crossEntropy(tape, onReal, label(REAL)))],
        [0.5, mean(tape, crossEntropy(tape, onMade, label(MADE)))],
      ]);
      const told = weightedSum(tape, [
        [0.5, mean(tape, hits(tape, onReal, label(REAL)))],
        [0.5, mean(tape, hits(tape, onMade, label(MADE)))],
      ]);
      const [drawing] = descend(tape, loss, step, [{ weights: weightsOf([G]), rules: [adam.make({})] }]);
      const [judging] = descend(tape, telling, step, [{ weights: weightsOf([D]), rules: [adam.make({ beta1: 0.5 })] }]);
      const pixels = new Float32Array(batch * C * H * W);
      return {
        nets: [G, D],
        // Both use the weights of this step, so neither waits for the other.
        descents: [
          { descent: drawing, rate: cosine({ rate: recipe.rate, steps, last: 0.05, warmUp: 100 }) },
          { descent: judging, rate: () => recipe.discriminatorRate },
        ],
        metrics: {
          loss,
          image: imageLoss,
          feature: featureLoss,
          fooling,
          telling,
          'discriminator accuracy': told,
        },
        feed(plan, i) {
          for (let n = 0; n < batch; n++) {
            const index = shuffled(training.length, seed, i * batch + n);
            toInput(training, index, preprocessing, pixels, n * C * H * W);
          }
          plan.write(real, pixels);
        },
      };
    },
    async evaluate(ctx, [now]) {
      const { pixelError, codeError } = await reconstructionErrors(ctx, now, encoder, heldOut, recipe.code);
      return { 'held-out image': pixelError, 'held-out code': codeError };
    },
  };
}

/** Batch size at evaluation. */
const BATCH = 50;

/**
 * Two errors of G(E(x)). The squared error to x in the net's input, relative to the images' variance. And the squared error of
 * the code that E computes from it, relative to the codes' mean square.
 */
export async function reconstructionErrors(
  ctx: Context,
  generator: Model,
  encoder: Model,
  set: ImageSet,
  layer: string,
  count = 200,
): Promise<{ pixelError: number; codeError: number }> {
  const [, C, H, W] = encoder.input.shape;
  const { tape, image, at } = openNet(encoder, { batch: BATCH });
  const code = at.final(layer);
  const made = openNet(generator, { tape, image: code }).at(lastLayer(generator));
  const again = openNet(encoder, { tape, image: made }).at.final(layer);
  using plan = await compile(ctx, tape, { keep: [code, made, again] });
  const sums = { pixel: 0, power: 0, code: 0, codePower: 0 };
  for (let from = 0; from + BATCH <= Math.min(count, set.length); from += BATCH) {
    const pixels = new Float32Array(BATCH * C * H * W);
    for (let n = 0; n < BATCH; n++) toInput(set, from + n, encoder.preprocessing, pixels, n * C * H * W);
    plan.write(image, pixels);
    plan.run();
    const [y, h, again_] = [await plan.read(made), await plan.read(code), await plan.read(again)];
    for (let i = 0; i < y.length; i++) {
      sums.pixel += (y[i] - pixels[i]) ** 2;
      sums.power += pixels[i] ** 2;
    }
    for (let i = 0; i < h.length; i++) {
      sums.code += (again_[i] - h[i]) ** 2;
      sums.codePower += h[i] ** 2;
    }
  }
  return { pixelError: sums.pixel / sums.power, codeError: sums.code / sums.codePower };
}
