// Classifiers of world images: softmax loss, SGD with momentum, weight decay, dropout, a cosine schedule; shifted, mirrored and
// relit images. If images are to be made from a classifier's codes later, it also learns to keep a small sketch of the image in
// them.
import { f32, sizeBetween, u32 } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import type { Model, Preprocessing } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Tape, type Value } from '../../src/graph/tape.js';
import { op as avgPool } from '../../src/kernels/avgPool/index.js';
import { op as reshape } from '../../src/kernels/reshape/index.js';
import { adam } from '../../src/optim/adam.js';
import { descend } from '../../src/optim/descend.js';
import { momentum } from '../../src/optim/momentum.js';
import { cosine, type OneCycleOptions, oneCycle, type RateSchedule } from '../../src/optim/schedule.js';
import { sgd } from '../../src/optim/sgd.js';
import { activations } from '../../src/scene/forward.js';
import { openNet } from '../../src/scene/openNet.js';
import { createRandom } from '../../src/scene/random.js';
import { type Attack, type AttackOn, attacked } from '../attack.js';
import { augmented, type ImageSet, shuffled, toInput } from '../data.js';
import { crossEntropy, hits, mean, squaredError, weightedSum } from '../losses.js';
import { decayingOf, lastLayer, type Net, netOn, traceNet } from '../net.js';
import type { Task } from '../run.js';

export interface ClassifierRecipe {
  readonly seed: number;
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
  readonly optimizer: 'sgd' | 'adam';
  /** Momentum of SGD. */
  readonly momentum: number;
  readonly weightDecay: number;
  /** Maximum shift of an image in pixels, in each direction. */
  readonly shift: number;
  /** One cycle of the rate after another, in place of a cosine. `steps` is the number of all of them, `rate` the greatest. */
  readonly cycles?: readonly OneCycleOptions[];
  /** Each image is first moved to where the net as it is does worse (Madry et al. 2018). */
  readonly attack?: Attack;
}

/** A net that draws a small version of the image from a layer, while both are trained. It is not kept. */
export interface Sketcher {
  readonly model: Model;
  readonly layer: string;
  /** Weight of its squared error in the loss. */
  readonly weight: number;
}

const textOf = (cycle: OneCycleOptions): string =>
  Object.entries(cycle)
    .map((entry) => entry.join(' '))
    .join(' ');

/** Cycles, or a cosine after a linear increase over a fiftieth of the steps. */
export function rateOf({ rate, steps, cycles = [] }: ClassifierRecipe): RateSchedule {
  if (cycles.length === 0) return cosine({ rate, steps, warmUp: Math.floor(steps / 50) });
  return (step) => {
    let at = 0;
    let from = 0;
    while (at < cycles.length - 1 && step >= from + cycles[at].steps) from += cycles[at++].steps;
    return oneCycle(cycles[at])(step - from);
  };
}

const rulesOf = ({ optimizer, momentum: kept }: ClassifierRecipe, weightDecay: number) =>
  optimizer === 'sgd' ? [momentum.make({ momentum: kept, weightDecay }), sgd.make({})] : [adam.make({ weightDecay })];

/** The layer before the softmax. */
export function logitsOf(model: Model): string {
  const last = model.layers[model.layers.length - 1];
  return last.type === 'softmax' ? last.inputs[0] : last.name;
}

export function classifierTask(
  model: Model,
  recipe: ClassifierRecipe,
  training: ImageSet,
  heldOut: ImageSet,
  sketcher?: Sketcher,
): Task {
  const { batch, steps, seed } = recipe;
  const { preprocessing } = model;
  const { cycles = [], ...own } = recipe;
  const { momentum: _, ...adaptive } = own;
  const used = recipe.optimizer === 'adam' ? adaptive : own;
  return {
    name: model.name,
    recipe: {
      net: model.name,
      ...used,
      ...(cycles.length > 0 && { cycles: cycles.map(textOf).join(', then ') }),
      images: training.name,
      ...(sketcher && { sketch: `${sketcher.weight} × ${sketcher.model.name} from ${sketcher.layer}` }),
    },
    steps,
    evaluateEvery: Math.max(20, Math.floor(training.length / batch)),
    build(tape: Tape, step: Value) {
      const [, C, H, W] = model.input.shape;
      const image = tape.leaf('images', f32(batch, C, H, W));
      const labels = tape.leaf('labels', f32(batch));
      const net = netOn(tape, model);
      const shown = recipe.attack
        ? attacked(tape, recipe.attack, opponent(tape, net, image, labels, seed, step))
        : image;
      const blobs = traceNet(tape, net, shown, { step });
      const logits = flat(tape, blobs(logitsOf(model)));
      const naming = mean(tape, crossEntropy(tape, logits, labels));
      const drawn = sketcher && sketchOn(tape, sketcher.model, blobs(sketcher.layer), image);
      const loss = drawn
        ? weightedSum(tape, [
            [1, naming],
            [sketcher.weight, drawn.loss],
          ])
        : naming;
      const nets = drawn ? [net, drawn.net] : [net];
      const { decaying, biases } = decayingOf(nets);
      const descents = descend(tape, loss, step, [
        { weights: decaying, rules: rulesOf(recipe, recipe.weightDecay) },
        { weights: biases, rules: rulesOf(recipe, 0) },
      ]);
      const pixels = new Float32Array(batch * C * H * W);
      const answers = new Float32Array(batch);
      return {
        nets,
        descents: descents.map((descent) => ({ descent, rate: rateOf(recipe) })),
        metrics: {
          loss,
          ...(drawn && { naming, sketch: drawn.loss }),
          accuracy: mean(tape, hits(tape, logits, labels)),
        },
        feed(plan, i) {
          for (let n = 0; n < batch; n++) {
            const index = shuffled(training.length, seed, i * batch + n);
            augmented(training, index, { seed, draw: i * batch + n, shift: recipe.shift }, preprocessing, pixels, n);
            answers[n] = training.classes[index];
          }
          plan.write(image, pixels);
          plan.write(labels, answers);
        },
      };
    },
    async evaluate(ctx, [trained]) {
      const { accuracy } = await confusion(ctx, trained, heldOut);
      if (!recipe.attack) return { 'held-out accuracy': accuracy };
      const first = { ...heldOut, length: Math.min(ATTACKED, heldOut.length) };
      return {
        'held-out accuracy': accuracy,
        'accuracy under attack': await accuracyUnder(ctx, strong(recipe.attack), trained, first),
      };
    },
  };
}

/** Raises the loss of a net in training. It drops nothing, so that each step meets the whole net. */
function opponent(tape: Tape, net: Net, image: Value, labels: Value, seed: number, step: Value): AttackOn {
  const length = image.shape[0];
  const seeds = tape.constant(
    'seeds of the attack',
    [length],
    Uint32Array.from({ length }, (_, n) => seed * length + n),
  );
  const lossOf = (x: Value) => crossEntropy(tape, flat(tape, traceNet(tape, net, x)(logitsOf(net.model))), labels);
  const random = createRandom(
    tape,
    () => seeds,
    () => step,
  );
  return { image, preprocessing: net.model.preprocessing, random, lossOf };
}

/** The sketch of `image` drawn from `code`, and its distance to the image averaged over squares. */
function sketchOn(tape: Tape, model: Model, code: Value, image: Value): { net: Net; loss: Value } {
  const net = netOn(tape, model);
  const sketch = traceNet(tape, net, code)(lastLayer(model));
  const [N, C, H] = image.shape;
  const side = Math.sqrt(sizeBetween(sketch.shape, 1) / C);
  const square = [H / side, H / side] as const;
  const window = { kernel: square, stride: square, pad: [0, 0, 0, 0], rounding: 'floor', global: false } as const;
  const small = tape.apply(avgPool, { x: image }, { ...window, divisor: 'valid' });
  return { net, loss: squaredError(tape, sketch, tape.apply(reshape, { x: small }, { shape: [N, -1] })) };
}

/** Logits as `[N, K]`, whatever axes of the image remain. */
function flat(tape: Tape, logits: Value): Value {
  return logits.shape.length === 2 ? logits : tape.apply(reshape, { x: logits }, { shape: [logits.shape[0], -1] });
}

export interface Confusion {
  readonly accuracy: number;
  /** `counts[truth][answer]`. */
  readonly counts: readonly (readonly number[])[];
}

/** Batch size at evaluation. */
const BATCH = 100;

/** Evaluates the net on every image of a set. */
export async function confusion(ctx: Context, model: Model, set: ImageSet): Promise<Confusion> {
  const name = logitsOf(model);
  const K = set.labels.length;
  const counts = Array.from({ length: K }, () => new Array<number>(K).fill(0));
  let right = 0;
  for (let from = 0; from < set.length; from += BATCH) {
    const indices = Array.from({ length: Math.min(BATCH, set.length - from) }, (_, i) => from + i);
    const input = inputOf(set, indices, model.preprocessing);
    const scores = (await activations(ctx, model, input, [name])).get(name)?.data ?? new Float32Array();
    for (const [n, index] of indices.entries()) {
      const row = Array.from(scores.subarray(n * K, (n + 1) * K));
      const answer = row.indexOf(Math.max(...row));
      counts[set.classes[index]][answer]++;
      if (answer === set.classes[index]) right++;
    }
  }
  return { accuracy: right / set.length, counts };
}

/** Held-out images that are attacked while a net is trained. */
const ATTACKED = 200;
/** Steps of an attack that measures, whatever it was trained with. */
const STRONG = 10;

/** The attack that a net is measured with: as far, in more steps. */
export const strong = (attack: Attack): Attack => ({ ...attack, steps: STRONG });

/** The share of images whose class the net still names after an attack. An image's start depends on its place in the set. */
export async function accuracyUnder(ctx: Context, attack: Attack, model: Model, set: ImageSet): Promise<number> {
  const [, C, H, W] = model.input.shape;
  const batch = Math.min(BATCH, set.length);
  const tape = createTape();
  const image = tape.leaf('images', f32(batch, C, H, W));
  const labels = tape.leaf('labels', f32(batch));
  const seeds = tape.leaf('seeds', u32(batch));
  const step = tape.constant('step', [1], new Uint32Array(1));
  const random = createRandom(
    tape,
    () => seeds,
    () => step,
  );
  const logits = (x: Value) => flat(tape, openNet(model, { tape, image: x }).at(logitsOf(model)));
  const lossOf = (x: Value) => crossEntropy(tape, logits(x), labels);
  const moved = attacked(tape, attack, { image, preprocessing: model.preprocessing, random, lossOf });
  const right = hits(tape, logits(moved), labels);
  using plan = await compile(ctx, tape, { keep: [right] });
  let named = 0;
  for (let from = 0; from < set.length; from += batch) {
    // The last batch is filled up with the last image.
    const indices = Array.from({ length: batch }, (_, i) => Math.min(from + i, set.length - 1));
    plan.write(image, inputOf(set, indices, model.preprocessing));
    plan.write(
      labels,
      Float32Array.from(indices, (i) => set.classes[i]),
    );
    plan.write(seeds, Uint32Array.from(indices));
    plan.run();
    const counted = (await plan.read(right)).subarray(0, set.length - from);
    named += counted.reduce((sum, v) => sum + v, 0);
  }
  return named / set.length;
}

/** Unchanged images in the net's input layout. */
function inputOf(set: ImageSet, indices: readonly number[], preprocessing: Preprocessing): Float32Array {
  const size = 3 * set.size * set.size;
  const input = new Float32Array(indices.length * size);
  for (const [n, index] of indices.entries()) toInput(set, index, preprocessing, input, n * size);
  return input;
}
