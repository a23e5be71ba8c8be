// A net's input on a tape: mean image, scale, and pictures brought into its shape.
import { dispose } from '../core/dispose.js';
import { OptionError, ShapeError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { Context } from '../gpu/context.js';
import type { Model, Preprocessing } from '../graph/model.js';
import { compile, type Plan } from '../graph/plan.js';
import { createTape, type Tape, type Value } from '../graph/tape.js';
import { op as preprocess } from '../kernels/preprocess/index.js';
import { scaleChannels } from '../kernels/scale/index.js';
import { colourChannels, MOST_BYTES, type Picture, packPixels, pixelAttrs, reducePicture } from './picture.js';

export type { Picture } from './picture.js';

/** A tensor on the host. */
export interface HostTensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** The input's `[C, H, W]`. */
export function imageShape(model: Model): readonly [C: number, H: number, W: number] {
  const [, C, H, W] = model.input.shape;
  if (model.input.shape.length !== 4) {
    throw new ShapeError(
      'model',
      `its input must be [N,C,H,W] to take images, it is ${formatShape(model.input.shape)}`,
    );
  }
  return [C, H, W];
}

/** The mean as an image `[C, H, W]` in the net's channel order; a larger stored mean is cropped at its centre. */
export function meanImage(preprocessing: Preprocessing, shape: readonly [number, number, number]): Float32Array {
  const [C, H, W] = shape;
  const { mean } = preprocessing;
  const out = new Float32Array(C * H * W);
  if (!('shape' in mean)) {
    if (mean.length !== C && mean.length !== 1) {
      throw new OptionError('mean', `needs ${C} numbers, one per channel, got ${mean.length}`);
    }
    for (let c = 0; c < C; c++) out.fill(mean[mean.length === 1 ? 0 : c], c * H * W, (c + 1) * H * W);
    return out;
  }
  const [mc, mh, mw] = mean.shape.slice(-3);
  if (mc !== C || mh < H || mw < W) {
    throw new OptionError(
      'mean',
      `the mean image ${formatShape(mean.shape)} does not cover the input ${formatShape(shape)}`,
    );
  }
  const top = Math.floor((mh - H) / 2);
  const left = Math.floor((mw - W) / 2);
  for (let c = 0; c < C; c++) {
    for (let h = 0; h < H; h++) {
      const from = (c * mh + h + top) * mw + left;
      out.set(mean.data.subarray(from, from + W), (c * H + h) * W);
    }
  }
  return out;
}

/** The net's mean image for images of another size, `[C, H, W]`: of each pixel the nearest one of its own. */
export function meanAt(model: Model, [H, W]: readonly [number, number]): Float32Array {
  const [C, H0, W0] = imageShape(model);
  const mean = meanImage(model.preprocessing, [C, H0, W0]);
  if (H === H0 && W === W0) return mean;
  return Float32Array.from({ length: C * H * W }, (_, i) => {
    const [c, y, x] = [Math.floor(i / (H * W)), Math.floor(i / W) % H, i % W];
    return mean[(c * H0 + Math.floor(((y + 0.5) * H0) / H)) * W0 + Math.floor(((x + 0.5) * W0) / W)];
  });
}

/** The scale of each channel. */
export function channelScale(preprocessing: Preprocessing, C: number): Float32Array {
  const { scale } = preprocessing;
  const factors = typeof scale === 'number' ? new Float32Array(C).fill(scale) : Float32Array.from(scale);
  if (factors.length !== C) throw new OptionError('scale', `needs 1 or ${C} numbers, got ${factors.length}`);
  return factors;
}

/** From mean-subtracted pixels to the net's input: times the scale, where there is one. */
export function scaled(tape: Tape, image: Value, preprocessing: Preprocessing): Value {
  const factors = channelScale(preprocessing, image.shape[1]);
  if (factors.every((f) => f === 1)) return image;
  return tape.apply(scaleChannels, { x: image, factor: tape.constant('input scale', [factors.length], factors) }, {});
}

/** Pictures made into a net's input on the device, one after another. */
export interface Preprocessor extends Disposable {
  /** Puts the input for `picture` into `target`, from element `start` on, where no readback is wanted. @throws ImageError */
  into(picture: Picture, target: GPUBuffer, start: number): Promise<void>;
  /** The input for `picture`, `[1, C, H, W]` as flat numbers. @throws ImageError where the net takes no pictures */
  read(picture: Picture): Promise<Float32Array>;
}

/** Plans kept for pictures of one size; sets of photographs have a few common ones. */
const KEPT_SIZES = 8;

/** Prepares to make pictures into the input of `model`: pictures of one size share one plan. */
export function createPreprocessor(ctx: Context, model: Model): Preprocessor {
  const [C, H, W] = imageShape(model);
  // The same arrays for all sizes, so that they are uploaded once.
  const mean = meanImage(model.preprocessing, [C, H, W]);
  const scale = channelScale(model.preprocessing, C);
  interface Sized {
    readonly plan: Plan;
    readonly pixels: Value;
    readonly x: Value;
  }
  const bySize = new Map<string, Promise<Sized>>();

  const make = async (height: number, width: number): Promise<Sized> => {
    const tape = createTape();
    const pixels = tape.leaf('pixels', { shape: [height, width], dtype: 'u32' });
    const constants = { mean: tape.constant('mean', [C, H, W], mean), scale: tape.constant('scale', [C], scale) };
    const x = tape.apply(preprocess, { pixels, ...constants }, pixelAttrs(model, height, width));
    return { plan: await compile(ctx, tape, { keep: [x] }), pixels, x };
  };
  const free = (sized: Promise<Sized>) =>
    void sized.then(
      ({ plan }) => plan[dispose](),
      () => undefined,
    );
  const run = async (given: Picture): Promise<Sized> => {
    const picture = reducePicture(given, Math.min(MOST_BYTES, ctx.traits.maxBindingBytes));
    const { height, width } = picture;
    const key = `${height}x${width}`;
    const sized = bySize.get(key) ?? make(height, width);
    // The least recently used one is first.
    bySize.delete(key);
    bySize.set(key, sized);
    const [oldest, unused] = [...bySize][0];
    const result = await sized;
    result.plan.write(result.pixels, packPixels(picture));
    result.plan.run();
    if (bySize.size > KEPT_SIZES && bySize.delete(oldest)) free(unused);
    return result;
  };
  // One picture after another: those of one size share memory.
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = queue.then(work);
    queue = result.catch(() => undefined);
    return result;
  };
  return {
    into: (picture, target, start) =>
      inTurn(async () => {
        const { plan, x } = await run(picture);
        const encoder = ctx.device.createCommandEncoder({ label: 'place input' });
        encoder.copyBufferToBuffer(plan.buffer(x), 0, target, start * 4, C * H * W * 4);
        ctx.device.queue.submit([encoder.finish()]);
      }),
    read: (picture) =>
      inTurn(async () => {
        const { plan, x } = await run(picture);
        return plan.read(x);
      }),
    [dispose]() {
      for (const sized of bySize.values()) free(sized);
      bySize.clear();
    },
  };
}

/** The net's input for one picture, `[1, C, H, W]` as flat numbers. A picture of the net's size is not resampled. */
export async function preprocessPicture(ctx: Context, model: Model, picture: Picture): Promise<Float32Array> {
  using preprocessor = createPreprocessor(ctx, model);
  return await preprocessor.read(picture);
}

/**
 * How a mean-subtracted image becomes a picture. `pixels` adds the mean: what the net was shown. `auto` leaves the mean
 * out and stretches the contrast around mid-grey, as the toolbox does to show faint structure (its norm01c), except that
 * the brightest 0.2 % may clip, so that one bright pixel does not dim all others.
 */
export type Contrast = 'auto' | 'pixels';

/** Share of the numbers that `auto` keeps inside the range. */
const UNCLIPPED = 0.998;

/**
 * A mean-subtracted image `[C, H, W]` as a picture: the net's channel order undone, bytes rounded. Of a net with alpha it shows the
 * colours. `size` is that of the image, where it is not the net's. @throws ImageError where the net's channels are no colours, OptionError for
 * an image of another size
 */
export function toPicture(
  image: ArrayLike<number>,
  model: Model,
  contrast: Contrast = 'pixels',
  size?: readonly [H: number, W: number],
): Picture & { readonly data: Uint8ClampedArray<ArrayBuffer> } {
  const [C, ...own] = imageShape(model);
  const [H, W] = size ?? own;
  if (image.length !== C * H * W)
    throw new OptionError('image', `has ${image.length} numbers, ${formatShape([C, H, W])} has ${C * H * W}`);
  const mean = contrast === 'pixels' ? meanAt(model, [H, W]) : undefined;
  const sizes = mean ? undefined : Float32Array.from(image, Math.abs).sort();
  const gain = sizes ? MIDDLE / (sizes[Math.floor(UNCLIPPED * (sizes.length - 1))] || 1) : 1;
  const channel = colourChannels(model);
  const data = new Uint8ClampedArray(H * W * 4);
  for (let i = 0; i < H * W; i++) {
    for (let rgb = 0; rgb < 3; rgb++) {
      const at = channel(rgb) * H * W + i;
      data[i * 4 + rgb] = mean ? image[at] + mean[at] : image[at] * gain + MIDDLE;
    }
    data[i * 4 + 3] = 255;
  }
  return { width: W, height: H, data };
}

/** Mid-grey. */
const MIDDLE = 127.5;

/** `shape` with another batch size. */
export const withBatch = (shape: Shape, batch: number): Shape => [batch, ...shape.slice(1)];

/** Images in a flat batch of `shape`. */
export const batchOf = (data: ArrayLike<number>, shape: Shape): number => data.length / sizeOf(shape.slice(1));
