// A generator that goes on from a soft one: a refiner, features of several layers and nets, and a discriminator of patches whose weight is
// set at each step, so that it neither vanishes nor takes over.

import { grad } from '../../src/autodiff/grad.js';
import { f32, sizeOf } from '../../src/core/shape.js';
import type { Model } from '../../src/graph/model.js';
import type { Tape, Value } from '../../src/graph/tape.js';
import { stepUp } from '../../src/kernels/ascent/index.js';
import { binary } from '../../src/kernels/binary/index.js';
import { op as detach } from '../../src/kernels/detach/index.js';
import { pointwise } from '../../src/kernels/pointwise/index.js';
import { op as reduction } from '../../src/kernels/reduction/index.js';
import { op as reshape } from '../../src/kernels/reshape/index.js';
import { op as roll } from '../../src/kernels/roll/index.js';
import { adam } from '../../src/optim/adam.js';
import { descend } from '../../src/optim/descend.js';
import { cosine } from '../../src/optim/schedule.js';
import { openNet } from '../../src/scene/openNet.js';
import { createRandom } from '../../src/scene/random.js';
import { type ImageSet, mirrored, shuffled } from '../data.js';
import { featureError, mean, squaredError, weightedSum } from '../losses.js';
import { lastLayer, type Net, netOn, traceNet, weightsOf } from '../net.js';
import { reconstructionErrors } from '../reconstruction.js';
import type { Task } from '../run.js';
import { spectrallyNormalized } from '../spectralNorm.js';

export interface GeneratorRecipe {
  readonly seed: number;
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
  readonly discriminatorRate: number;
  /** Weights of the losses: squared error of the image, and of its features at each layer of each comparator. */
  readonly image: number;
  readonly feature: number;
  /** Length of the gradient of what fools the discriminator, at the image, relative to that of the other losses together. */
  readonly adversarial: number;
  /** The encoder's layer with the code. */
  readonly code: string;
  /** The comparators' layers whose features are compared, after in-place layers. */
  readonly compared: readonly string[];
  /** Images are shifted by up to so many pixels before they are compared and judged. */
  readonly shift: number;
  /** Share of the average weights that a step keeps. */
  readonly average: number;
}

interface Nets {
  readonly generator: Model;
  readonly discriminator: Model;
  /** The net whose codes are turned into images. It does not change. */
  readonly encoder: Model;
  /** The nets whose features are compared. They have the encoder's input and do not change. */
  readonly comparators: readonly Model[];
}

/** Layers of the discriminator: what it sees of the class, its features of patches, and their scores. */
const JUDGING = { classes: 'Pclass', features: 'Pconv4', scores: 'patches' } as const;

export function generatorTask(models: Nets, recipe: GeneratorRecipe, training: ImageSet, heldOut: ImageSet): Task {
  const { generator, discriminator, encoder, comparators } = models;
  const { batch, steps, seed } = recipe;
  const { preprocessing } = encoder;
  const classes = training.labels.length;
  return {
    name: generator.name,
    recipe: {
      net: generator.name,
      ...recipe,
      images: training.name,
      encoder: encoder.name,
      comparators: comparators.map(({ name }) => name),
    },
    steps,
    evaluateEvery: 500,
    build(tape: Tape, step: Value) {
      const [, C, H, W] = encoder.input.shape;
      const real = tape.leaf('images', f32(batch, C, H, W));
      const oneHot = tape.leaf('classes', f32(batch, classes));
      const G = netOn(tape, generator);
      const D = netOn(tape, discriminator);
      const average: Net = { model: generator, weights: netOn(tape, named(generator, 'average')).weights };
      const code = openNet(encoder, { tape, image: real }).at.final(recipe.code);
      const made = traceNet(tape, G, code)(lastLayer(generator));

      // Both images are shifted alike, so nothing can hide in the grid of a net's strides.
      const seeds = tape.constant(
        'seeds',
        [batch],
        Uint32Array.from({ length: batch }, (_, i) => seed * batch + i),
      );
      const draws = createRandom(
        tape,
        () => seeds,
        () => step,
      ).uniform([2]);
      const shifted = (x: Value) => tape.apply(roll, { x, draws }, { reach: recipe.shift });
      const [madeSeen, realSeen] = [shifted(made), shifted(real)];

      const imageLoss = squaredError(tape, made, real);
      const features = comparators.flatMap((net) =>
        recipe.compared.map((layer) => featureError(tape, net, layer, madeSeen, realSeen)),
      );
      const featureLoss = weightedSum(
        tape,
        features.map((error) => [1 / features.length, error]),
      );
      const drawingLoss = weightedSum(tape, [
        [recipe.image, imageLoss],
        [recipe.feature, featureLoss],
      ]);

      const { weights, vectors } = spectrallyNormalized(tape, D);
      const judge = (image: Value): Value => {
        const at = traceNet(tape, { model: discriminator, weights }, image, { inputs: { class: oneHot } });
        return projected(tape, at.final(JUDGING.features), at(JUDGING.classes), at(JUDGING.scores));
      };
      const onMade = judge(madeSeen);
      const fooling = pointwise(tape, mean(tape, onMade), 'neg');
      const telling = weightedSum(tape, [
        [0.5, mean(tape, hinge(tape, judge(realSeen), -1))],
        [0.5, mean(tape, hinge(tape, judge(tape.apply(detach, { x: madeSeen }, {})), 1))],
      ]);

      // One way back through the generator: from the image, with the sum of both gradients there.
      const one = tape.constant('∂loss/∂loss', [1], Float32Array.of(1));
      const [drawn] = grad(tape, drawingLoss, [made], { seed: one });
      const [fooled] = grad(tape, fooling, [made], { seed: one });
      const balance = pointwise(tape, binary(tape, 'div', lengthOf(tape, drawn), lengthOf(tape, fooled)), 'power', {
        a: recipe.adversarial,
      });
      const gradient = tape.apply(stepUp, { x: drawn, d: fooled, rate: balance }, {});
      const [drawing] = descend(tape, along(tape, made, gradient), step, [
        { weights: weightsOf([G]), rules: [adam.make({ beta1: 0.5 })] },
      ]);
      const [judging] = descend(tape, telling, step, [{ weights: weightsOf([D]), rules: [adam.make({ beta1: 0.5 })] }]);
      follow(tape, average, G, recipe.average);

      const pixels = new Float32Array(batch * C * H * W);
      const answers = new Float32Array(batch * classes);
      return {
        nets: [average, G, D, vectors],
        descents: [
          { descent: drawing, rate: cosine({ rate: recipe.rate, steps, last: 0.05, warmUp: 100 }) },
          { descent: judging, rate: cosine({ rate: recipe.discriminatorRate, steps, last: 0.05, warmUp: 100 }) },
        ],
        metrics: { loss: drawingLoss, image: imageLoss, feature: featureLoss, fooling, telling, balance },
        feed(plan, i) {
          answers.fill(0);
          for (let n = 0; n < batch; n++) {
            const draw = i * batch + n;
            const index = shuffled(training.length, seed, draw);
            mirrored(training, index, { seed, draw }, preprocessing, pixels, n);
            answers[n * classes + training.classes[index]] = 1;
          }
          plan.write(real, pixels);
          plan.write(oneHot, answers);
        },
      };
    },
    async evaluate(ctx, [now]) {
      const { pixelError, codeError, energy } = await reconstructionErrors(ctx, now, encoder, heldOut, recipe.code);
      return { 'held-out image': pixelError, 'held-out code': codeError, 'gradient energy': energy };
    },
  };
}

const named = (model: Model, suffix: string): Model => ({ ...model, name: `${model.name}-${suffix}` });

/** Scores of patches `[N, 1, h, w]` with the product of features `[N, C, h, w]` and those of the class `[N, C]`. */
function projected(tape: Tape, features: Value, classes: Value, scores: Value): Value {
  const [N, C] = classes.shape;
  const wanted = tape.apply(reshape, { x: classes }, { shape: [N, C, 1, 1] });
  const product = binary(tape, 'mul', features, wanted);
  return binary(tape, 'add', scores, tape.apply(reduction, { x: product }, { kind: 'sum', axes: [1], keep: true }));
}

/** `max(0, 1 + sign·x)` (Lim & Ye 2017). */
const hinge = (tape: Tape, x: Value, sign: 1 | -1): Value =>
  pointwise(tape, pointwise(tape, x, 'power', { a: sign, b: 1 }), 'clip', { a: 0, b: 1e6 });

/** ‖x‖ over all elements, `[1]`, never 0. */
function lengthOf(tape: Tape, x: Value): Value {
  const squares = mean(tape, pointwise(tape, x, 'power', { c: 2 }));
  return pointwise(tape, pointwise(tape, squares, 'power', { a: sizeOf(x.shape), b: 1e-20 }), 'sqrt');
}

/** A number whose gradient to `x` is `gradient`: `Σ x·gradient`, `[1]`. */
function along(tape: Tape, x: Value, gradient: Value): Value {
  const product = binary(tape, 'mul', x, tape.apply(detach, { x: gradient }, {}));
  return pointwise(tape, mean(tape, product), 'power', { a: sizeOf(x.shape) });
}

/** After each step every weight of `average` is `keep` of itself and the rest of the weight of `net` (Polyak & Juditsky 1992). */
function follow(tape: Tape, average: Net, net: Net, keep: number): void {
  const rate = tape.constant('1 − average', [1], Float32Array.of(1 - keep));
  const minus = tape.constant('−1', [1], Float32Array.of(-1));
  for (const [key, x] of average.weights) {
    const away = tape.apply(stepUp, { x: net.weights.get(key) ?? x, d: x, rate: minus }, {});
    tape.assign(x, tape.apply(stepUp, { x, d: away, rate }, {}));
  }
}
