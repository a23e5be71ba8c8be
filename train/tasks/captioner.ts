// A captioner predicts the next word from the words before it and a classifier's features of the image. Sentences are unrolled
// over time, and the backward pass runs through all of it.
import { f32 } from '../../src/core/shape.js';
import type { Context } from '../../src/gpu/context.js';
import type { Model } from '../../src/graph/model.js';
import { compile } from '../../src/graph/plan.js';
import { createTape, type Tape, type Value } from '../../src/graph/tape.js';
import { binary } from '../../src/kernels/binary/index.js';
import { op as reduction } from '../../src/kernels/reduction/index.js';
import { op as reshape } from '../../src/kernels/reshape/index.js';
import { adam } from '../../src/optim/adam.js';
import { descend } from '../../src/optim/descend.js';
import { cosine } from '../../src/optim/schedule.js';
import { openNet } from '../../src/scene/openNet.js';
import { shuffled } from '../data.js';
import { crossEntropy, hits } from '../losses.js';
import { netOn, traceNet, weightsOf } from '../net.js';
import type { Task } from '../run.js';

export interface CaptionerRecipe {
  readonly seed: number;
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
}

/** Features of images, and their captions as word numbers. */
export interface CaptionSet {
  readonly name: string;
  readonly length: number;
  /** `[length, F]`. */
  readonly features: Float32Array;
  /** The words of each caption, without the final 0. */
  readonly sentences: readonly (readonly number[])[];
}

/** Starts and ends a sentence. */
const END_OF_SENTENCE = 0;
const SENTENCE = { words: 'input_sentence', cont: 'cont_sentence' } as const;
const LOGITS = 'predict';

/** Captions as word numbers; `words[0]` is the end of a sentence. */
export function encodeCaptions(captions: readonly string[], words: readonly string[]): number[][] {
  const numbers = new Map(words.map((word, i) => [word, i]));
  return captions.map((caption) => caption.split(' ').map((word) => numbers.get(word) ?? END_OF_SENTENCE));
}

/** Number of time steps and features of the net. */
function sizesOf(model: Model): { T: number; F: number } {
  const cont = model.sides?.find((s) => s.name === SENTENCE.cont);
  return { T: cont?.shape[0] ?? 0, F: model.input.shape[1] };
}

/** Puts a batch of sentences and the net's predictions `[T·N, words]` on a tape. */
function sentencesOn(tape: Tape, model: Model, batch: number) {
  const { T, F } = sizesOf(model);
  const leaves = {
    features: tape.leaf('features', f32(batch, F)),
    cont: tape.leaf(SENTENCE.cont, f32(T, batch)),
    words: tape.leaf(SENTENCE.words, f32(T, batch)),
    targets: tape.leaf('targets', f32(T * batch)),
    /**
     * The weight of each word in the loss: one divided by the number of words in the batch, or 0 after the end of a sentence.
     */
    shares: tape.leaf('shares', f32(T * batch)),
  };
  return { leaves, inputs: { [SENTENCE.cont]: leaves.cont, [SENTENCE.words]: leaves.words } };
}

/** Returns a function that writes a batch. */
function batchWriter(model: Model, batch: number, set: CaptionSet) {
  const { T, F } = sizesOf(model);
  const data = {
    features: new Float32Array(batch * F),
    cont: new Float32Array(T * batch).fill(1, batch),
    words: new Float32Array(T * batch),
    targets: new Float32Array(T * batch),
    shares: new Float32Array(T * batch),
  };
  return (indices: readonly number[]) => {
    data.shares.fill(0);
    data.words.fill(END_OF_SENTENCE);
    data.targets.fill(END_OF_SENTENCE);
    let count = 0;
    for (const [n, index] of indices.entries()) {
      data.features.set(set.features.subarray(index * F, (index + 1) * F), n * F);
      const sentence = set.sentences[index].slice(0, T - 1);
      for (let t = 0; t <= sentence.length; t++) {
        data.words[t * batch + n] = t === 0 ? END_OF_SENTENCE : sentence[t - 1];
        data.targets[t * batch + n] = sentence[t] ?? END_OF_SENTENCE;
        data.shares[t * batch + n] = 1;
        count++;
      }
    }
    for (let i = 0; i < data.shares.length; i++) data.shares[i] /= count;
    return data;
  };
}

export function captionerTask(model: Model, recipe: CaptionerRecipe, training: CaptionSet, heldOut: CaptionSet): Task {
  const { batch, steps, seed } = recipe;
  return {
    name: model.name,
    recipe: { net: model.name, ...recipe, images: training.name },
    steps,
    evaluateEvery: 500,
    build(tape: Tape, step: Value) {
      const { leaves, inputs } = sentencesOn(tape, model, batch);
      const net = netOn(tape, model);
      const answers = traceNet(tape, net, leaves.features, { inputs, step })(LOGITS);
      const logits = tape.apply(reshape, { x: answers }, { shape: [-1, answers.shape[2]] });
      const each = crossEntropy(tape, logits, leaves.targets);
      const overall = (x: Value) =>
        tape.apply(reduction, { x: binary(tape, 'mul', x, leaves.shares) }, { kind: 'sum', axes: [0], keep: true });
      const loss = overall(each);
      const [descent] = descend(tape, loss, step, [{ weights: weightsOf([net]), rules: [adam.make({})] }]);
      const write = batchWriter(model, batch, training);
      return {
        nets: [net],
        descents: [{ descent, rate: cosine({ rate: recipe.rate, steps, warmUp: 50 }) }],
        metrics: { loss, 'word accuracy': overall(hits(tape, logits, leaves.targets)) },
        feed(plan, i) {
          const data = write(Array.from({ length: batch }, (_, n) => shuffled(training.length, seed, i * batch + n)));
          plan.write(leaves.features, data.features);
          plan.write(leaves.cont, data.cont);
          plan.write(leaves.words, data.words);
          plan.write(leaves.targets, data.targets);
          plan.write(leaves.shares, data.shares);
        },
      };
    },
    async evaluate(ctx, [now]) {
      return { 'held-out word accuracy': await wordAccuracy(ctx, now, heldOut) };
    },
  };
}

/** Batch size at evaluation. */
const BATCH = 100;

/** Share of words, including ends, that the net finds most probable after the true words before them. */
export async function wordAccuracy(ctx: Context, model: Model, set: CaptionSet): Promise<number> {
  const tape = createTape();
  const { leaves, inputs } = sentencesOn(tape, model, BATCH);
  const answers = openNet(model, { tape, image: leaves.features, inputValues: inputs }).at(LOGITS);
  using plan = await compile(ctx, tape, { keep: [answers] });
  const write = batchWriter(model, BATCH, set);
  const [, , K] = answers.shape;
  let right = 0;
  let all = 0;
  for (let from = 0; from + BATCH <= set.length; from += BATCH) {
    const data = write(Array.from({ length: BATCH }, (_, n) => from + n));
    plan.write(leaves.features, data.features);
    plan.write(leaves.cont, data.cont);
    plan.write(leaves.words, data.words);
    plan.run();
    const scores = await plan.read(answers);
    for (let i = 0; i < data.targets.length; i++) {
      if (data.shares[i] === 0) continue;
      all++;
      if (best(scores.subarray(i * K, (i + 1) * K)) === data.targets[i]) right++;
    }
  }
  return right / all;
}

/** The most probable sentence, word by word, for each row of features. */
export async function captionsOf(ctx: Context, model: Model, features: Float32Array): Promise<string[]> {
  const { T, F } = sizesOf(model);
  const batch = features.length / F;
  const tape = createTape();
  const { leaves, inputs } = sentencesOn(tape, model, batch);
  const answers = openNet(model, { tape, image: leaves.features, inputValues: inputs }).at(LOGITS);
  using plan = await compile(ctx, tape, { keep: [answers] });
  const K = answers.shape[2];
  const words = new Float32Array(T * batch);
  plan.write(leaves.features, features);
  plan.write(leaves.cont, new Float32Array(T * batch).fill(1, batch));
  const sentences: number[][] = Array.from({ length: batch }, () => []);
  const done = new Set<number>();
  for (let t = 0; t < T && done.size < batch; t++) {
    plan.write(leaves.words, words);
    plan.run();
    const scores = await plan.read(answers);
    for (let n = 0; n < batch; n++) {
      const word = best(scores.subarray((t * batch + n) * K, (t * batch + n + 1) * K));
      if (word === END_OF_SENTENCE) done.add(n);
      else if (!done.has(n)) sentences[n].push(word);
      if (t + 1 < T) words[(t + 1) * batch + n] = word;
    }
  }
  return sentences.map((sentence) => sentence.map((word) => model.labels?.[word] ?? `word ${word}`).join(' '));
}

function best(scores: Float32Array): number {
  let index = 0;
  for (let i = 1; i < scores.length; i++) if (scores[i] > scores[index]) index = i;
  return index;
}
