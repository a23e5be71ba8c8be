// Activations of a layer for every image of a set.
import { f32, sizeBetween } from '../src/core/shape.js';
import type { Context } from '../src/gpu/context.js';
import { type Model, trace } from '../src/graph/model.js';
import { compile } from '../src/graph/plan.js';
import { createTape } from '../src/graph/tape.js';
import { layers as table } from '../src/methods/layers.js';
import { type ImageSet, toInput } from './data.js';

const BATCH = 100;

/** The final content of the blob of `layer`, after in-place layers: `[length, …]` flat. */
export async function featuresOf(
  ctx: Context,
  model: Model,
  set: ImageSet,
  layer: string,
  onProgress: (done: number) => void = () => undefined,
): Promise<Float32Array> {
  const [, C, H, W] = model.input.shape;
  const tape = createTape();
  const image = tape.leaf('image', f32(BATCH, C, H, W));
  const wanted = trace(tape, model, image, table).final(layer);
  const size = sizeBetween(wanted.shape, 1);
  using plan = await compile(ctx, tape, { keep: [wanted] });
  const features = new Float32Array(set.length * size);
  const pixels = new Float32Array(BATCH * C * H * W);
  for (let from = 0; from < set.length; from += BATCH) {
    const count = Math.min(BATCH, set.length - from);
    for (let n = 0; n < count; n++) toInput(set, from + n, model.preprocessing, pixels, n * C * H * W);
    plan.write(image, pixels);
    plan.run();
    features.set((await plan.read(wanted)).subarray(0, count * size), from * size);
    onProgress(from + count);
  }
  return features;
}
