// A generator of images from codes, trained as in Dosovitskiy & Brox 2016: against the image, against its features in another
// net, and against a discriminator that is trained at the same time.
import { f32 } from '../../src/core/shape.js';
import type { Model } from '../../src/graph/model.js';
import type { Tape, Value } from '../../src/graph/tape.js';
import { adam } from '../../src/optim/adam.js';
import { descend } from '../../src/optim/descend.js';
import { cosine } from '../../src/optim/schedule.js';
import { openNet } from '../../src/scene/openNet.js';
import { type ImageSet, shuffled, toInput } from '../data.js';
import { crossEntropy, featureError, hits, mean, squaredError, weightedSum } from '../losses.js';
import { lastLayer, netOn, traceNet, weightsOf } from '../net.js';
import { reconstructionErrors } from '../reconstruction.js';
import type { Task } from '../run.js';

export interface SoftGeneratorRecipe {
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

interface Nets {
  readonly generator: Model;
  readonly discriminator: Model;
  /** The net whose codes are turned into images. It does not change. */
  readonly encoder: Model;
  /** The net whose features are compared. It has the encoder's input and does not change. */
  readonly comparator: Model;
}

export function softGeneratorTask(
  models: Nets,
  recipe: SoftGeneratorRecipe,
  training: ImageSet,
  heldOut: ImageSet,
): Task {
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
