// How well a generator draws images again from their codes.
import type { Context } from '../src/gpu/context.js';
import type { Model } from '../src/graph/model.js';
import { compile } from '../src/graph/plan.js';
import { openNet } from '../src/scene/openNet.js';
import { type ImageSet, toInput } from './data.js';
import { lastLayer } from './net.js';

/** Batch size at evaluation. */
const BATCH = 50;

/**
 * Of G(E(x)): the squared error to x in the net's input, relative to the images' variance; the squared error of the code that E computes
 * from it, relative to the codes' mean square; and its gradient energy, the sum of squared differences of neighbouring pixels, relative to
 * that of x. A blurred image has little of it.
 */
export async function reconstructionErrors(
  ctx: Context,
  generator: Model,
  encoder: Model,
  set: ImageSet,
  layer: string,
  count = 200,
): Promise<{ pixelError: number; codeError: number; energy: number }> {
  const [, C, H, W] = encoder.input.shape;
  const { tape, image, at } = openNet(encoder, { batch: BATCH });
  const code = at.final(layer);
  const made = openNet(generator, { tape, image: code }).at(lastLayer(generator));
  const again = openNet(encoder, { tape, image: made }).at.final(layer);
  using plan = await compile(ctx, tape, { keep: [code, made, again] });
  const sums = { pixel: 0, power: 0, code: 0, codePower: 0, energy: 0, trueEnergy: 0 };
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
    sums.energy += gradientEnergy(y, H, W);
    sums.trueEnergy += gradientEnergy(pixels, H, W);
    for (let i = 0; i < h.length; i++) {
      sums.code += (again_[i] - h[i]) ** 2;
      sums.codePower += h[i] ** 2;
    }
  }
  return {
    pixelError: sums.pixel / sums.power,
    codeError: sums.code / sums.codePower,
    energy: sums.energy / sums.trueEnergy,
  };
}

/** `Σ |∇x|²` over planes of H×W pixels: squared differences to the right and lower neighbours. */
export function gradientEnergy(planes: Float32Array, H: number, W: number): number {
  let sum = 0;
  for (let i = 0; i < planes.length; i++) {
    const column = i % W;
    const row = Math.floor(i / W) % H;
    if (column + 1 < W) sum += (planes[i + 1] - planes[i]) ** 2;
    if (row + 1 < H) sum += (planes[i + W] - planes[i]) ** 2;
  }
  return sum;
}
