// An encoder and a generator that are trained together: the codes classify the image and allow the generator to draw it again.
import { OptionError } from '../../src/core/errors.js';
import { f32, sizeOf } from '../../src/core/shape.js';
import type { Model } from '../../src/graph/model.js';
import type { Tape, Value } from '../../src/graph/tape.js';
import { pointwise } from '../../src/kernels/pointwise/index.js';
import { adam } from '../../src/optim/adam.js';
import { descend } from '../../src/optim/descend.js';
import { cosine } from '../../src/optim/schedule.js';
import { type ImageSet, mirrored, shuffled } from '../data.js';
import { crossEntropy, featureError, hits, mean, squaredError, weightedSum } from '../losses.js';
import { lastLayer, netOn, traceNet, weightsOf } from '../net.js';
import { type Components, principalComponents, type Smallness } from '../principal.js';
import { reconstructionErrors } from '../reconstruction.js';
import type { Task } from '../run.js';
import { confusion, logitsOf } from './classifier.js';

export interface CodecRecipe {
  readonly seed: number;
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
  /** Learning rate of the coarse maps, relative to the others. They start nearly optimal. */
  readonly coarseRate: number;
  /** Weights of the losses: squared error of the image, of its features in another net, and classification. */
  readonly image: number;
  readonly feature: number;
  readonly naming: number;
  /** The comparator's layer whose features are compared. */
  readonly compared: string;
  /** The encoder's layer with the code. */
  readonly code: string;
  /** How to initialize the coarse maps; absent: as the nets have them. */
  readonly components?: Smallness;
}

export interface Codec {
  readonly encoder: Model;
  readonly generator: Model;
}

interface Nets extends Codec {
  /** The net whose features are compared. It has the encoder's input and does not change. */
  readonly comparator: Model;
}

/** The layers of both nets that map a small version of the image to the code and back, linearly. */
const COARSE = { in: 'fc6_coarse', out: 'coarse', enlarge: 'coarse_up' } as const;

/**
 * Initializes the coarse maps of both nets with the principal components of small images. The first numbers of a code are the
 * image along these components, and the rest is free. Each number is scaled to the square root of its size in the image: more
 * important ones stay larger, but none becomes negligible.
 */
function withPrincipalComponents({ encoder, generator }: Codec, { size, directions, power }: Components): Codec {
  const code = generator.input.shape[1];
  const into = new Float32Array(code * size);
  const outOf = new Float32Array(size * code);
  power.forEach((p, k) => {
    const root = Math.max(p, 1e-12) ** 0.25;
    for (let i = 0; i < size; i++) {
      into[k * size + i] = directions[k * size + i] / root;
      outOf[i * code + k] = directions[k * size + i] * root;
    }
  });
  const having = (model: Model, key: string, data: Float32Array): Model => {
    const known = model.weights.get(key);
    if (!known || sizeOf(known.shape) !== data.length) {
      throw new OptionError(
        key,
        `of ${model.name} must have ${data.length} numbers, has ${known ? sizeOf(known.shape) : 'none'}`,
      );
    }
    return { ...model, weights: new Map([...model.weights, [key, { ...known, dtype: 'f32', data }]]) };
  };
  return { encoder: having(encoder, `${COARSE.in}.w`, into), generator: having(generator, `${COARSE.out}.w`, outOf) };
}

export function codecTask(nets: Nets, recipe: CodecRecipe, training: ImageSet, heldOut: ImageSet): Task {
  const { batch, steps, seed, components } = recipe;
  const { preprocessing } = nets.encoder;
  const { encoder, generator } = components
    ? withPrincipalComponents(nets, principalComponents(training, preprocessing, components))
    : nets;
  return {
    name: encoder.name,
    recipe: {
      net: encoder.name,
      ...recipe,
      images: training.name,
      generator: generator.name,
      comparator: nets.comparator.name,
    },
    steps,
    evaluateEvery: 500,
    build(tape: Tape, step: Value) {
      const [, C, H, W] = encoder.input.shape;
      const image = tape.leaf('images', f32(batch, C, H, W));
      const labels = tape.leaf('labels', f32(batch));
      const [E, G] = [netOn(tape, encoder), netOn(tape, generator)];
      const seen = traceNet(tape, E, image, { step });
      const logits = seen(logitsOf(encoder));
      const made = traceNet(tape, G, seen.final(recipe.code), { step })(lastLayer(generator));
      const naming = mean(tape, crossEntropy(tape, logits, labels));
      const imageLoss = squaredError(tape, made, image);
      const featureLoss = featureError(tape, nets.comparator, recipe.compared, made, image);
      const loss = weightedSum(tape, [
        [recipe.image, imageLoss],
        [recipe.feature, featureLoss],
        [recipe.naming, naming],
      ]);
      const isCoarse = (w: Value) => Object.values(COARSE).some((layer) => w.label.includes(`/${layer}.`));
      const weights = weightsOf([E, G]);
      const rules = [adam.make({})];
      const [fine, coarse] = descend(tape, loss, step, [
        { weights: weights.filter((w) => !isCoarse(w)), rules },
        { weights: weights.filter(isCoarse), rules },
      ]);
      const rateOf = (rate: number) => cosine({ rate, steps, last: 0.02, warmUp: 100 });
      const pixels = new Float32Array(batch * C * H * W);
      const answers = new Float32Array(batch);
      return {
        nets: [E, G],
        descents: [
          { descent: fine, rate: rateOf(recipe.rate) },
          { descent: coarse, rate: rateOf(recipe.rate * recipe.coarseRate) },
        ],
        metrics: {
          loss,
          image: imageLoss,
          feature: featureLoss,
          power: mean(tape, pointwise(tape, image, 'power', { c: 2 })),
          naming,
          accuracy: mean(tape, hits(tape, logits, labels)),
        },
        feed(plan, i) {
          for (let n = 0; n < batch; n++) {
            const draw = i * batch + n;
            const index = shuffled(training.length, seed, draw);
            mirrored(training, index, { seed, draw }, preprocessing, pixels, n);
            answers[n] = training.classes[index];
          }
          plan.write(image, pixels);
          plan.write(labels, answers);
        },
      };
    },
    async evaluate(ctx, [E, G]) {
      const { pixelError } = await reconstructionErrors(ctx, G, E, heldOut, recipe.code);
      return { 'held-out accuracy': (await confusion(ctx, E, heldOut)).accuracy, 'held-out image': pixelError };
    },
  };
}
