// Runs a net on any number of inputs, batch by batch: codes of images, images from codes, classes of images.
import { sizeBetween } from '../src/core/shape.js';
import type { Context } from '../src/gpu/context.js';
import type { Model } from '../src/graph/model.js';
import { compile } from '../src/graph/plan.js';
import { classify } from '../src/scene/forward.js';
import { openNet } from '../src/scene/openNet.js';
import { type ImageSet, toInput } from './data.js';
import { lastLayer } from './net.js';

const BATCH = 100;

/** The final content of the blob of `layer`, after in-place layers; flat `[length, …]`. */
export function featuresOf(
  ctx: Context,
  model: Model,
  set: ImageSet,
  layer: string,
  onProgress?: (done: number) => void,
): Promise<Float32Array> {
  const write = (index: number, to: Float32Array, at: number) => toInput(set, index, model.preprocessing, to, at);
  return outputsOf(ctx, model, layer, set.length, write, onProgress);
}

/** Rows `[length, A]`, `[length, B]` and so on, flat, as rows `[length, A + B + …]`. */
export function besideEachOther(parts: readonly Float32Array[], length: number): Float32Array {
  const widths = parts.map((part) => part.length / length);
  const width = widths.reduce((a, b) => a + b, 0);
  const rows = new Float32Array(length * width);
  for (let n = 0; n < length; n++) {
    let at = n * width;
    for (const [i, part] of parts.entries()) {
      rows.set(part.subarray(n * widths[i], (n + 1) * widths[i]), at);
      at += widths[i];
    }
  }
  return rows;
}

/** Images `[N, 3, H, W]` that a generator makes from codes `[N, size]`; flat, in the net's input layout. */
export function generated(ctx: Context, generator: Model, codes: Float32Array): Promise<Float32Array> {
  const size = generator.input.shape[1];
  const write = (index: number, to: Float32Array, at: number) =>
    to.set(codes.subarray(index * size, (index + 1) * size), at);
  return outputsOf(ctx, generator, lastLayer(generator), codes.length / size, write);
}

/** The most probable class of each image of a flat batch in the net's input layout. */
export async function answers(ctx: Context, classifier: Model, images: Float32Array): Promise<number[]> {
  const all: number[] = [];
  const step = BATCH * sizeBetween(classifier.input.shape, 1);
  for (let at = 0; at < images.length; at += step) {
    const guesses = await classify(ctx, classifier, images.subarray(at, at + step), 1);
    all.push(...guesses.map(([{ index }]) => index));
  }
  return all;
}

async function outputsOf(
  ctx: Context,
  model: Model,
  layer: string,
  length: number,
  write: (index: number, to: Float32Array, at: number) => void,
  onProgress: (done: number) => void = () => undefined,
): Promise<Float32Array> {
  const one = sizeBetween(model.input.shape, 1);
  const { tape, image: input, at } = openNet(model, { batch: BATCH });
  const wanted = at.final(layer);
  const size = sizeBetween(wanted.shape, 1);
  using plan = await compile(ctx, tape, { keep: [wanted] });
  const results = new Float32Array(length * size);
  const batch = new Float32Array(BATCH * one);
  for (let from = 0; from < length; from += BATCH) {
    const count = Math.min(BATCH, length - from);
    for (let n = 0; n < count; n++) write(from + n, batch, n * one);
    plan.write(input, batch);
    plan.run();
    results.set((await plan.read(wanted)).subarray(0, count * size), from * size);
    onProgress(from + count);
  }
  return results;
}
