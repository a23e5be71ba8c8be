// The net's input as a picture on the device: undoes its preprocessing.
import { OptionError } from '../core/errors.js';
import type { Context } from '../gpu/context.js';
import { COPY_DST, STORAGE } from '../gpu/flags.js';
import type { Preprocessing } from '../graph/model.js';
import { checkIndex, dimensions, type TensorSource } from './pane.js';

/** The net's input `[N, C, H, W]`, and the preprocessing that produced it from pixels (0 to 255). */
export interface PictureSource extends TensorSource {
  readonly order: Preprocessing['order'];
  /** Subtracted, in the net's channel order: one number per channel, or an image `[C, H, W]`. Default 0. */
  readonly mean?: readonly number[] | Float32Array;
  /** Multiplied after the mean is subtracted: one number, or one per channel. Default 1. */
  readonly scale?: Preprocessing['scale'];
}

/** The last uniforms of shaders that show a picture. */
export const PICTURE_UNIFORMS = {
  picture_first: 'u32',
  PC: 'u32',
  PH: 'u32',
  PW: 'u32',
  mean_plane: 'u32',
  bgr: 'u32',
} as const;

export type PictureUniforms = Readonly<Record<keyof typeof PICTURE_UNIFORMS, number>>;

/** The uniforms for image `n` of a picture. @throws ShapeError, OptionError */
export function pictureUniforms(ctx: Context, source: PictureSource, n: number): PictureUniforms {
  const { N, C, H, W } = dimensions(ctx, 'picture', source);
  const { mean = [0], scale = 1, order } = source;
  checkIndex('image', n, N);
  const plane = mean.length === C * H * W && mean.length !== C;
  if (!plane && mean.length !== C && mean.length !== 1) {
    throw new OptionError('mean', `needs ${C} numbers, one per channel, or ${C * H * W}, got ${mean.length}`);
  }
  if (typeof scale !== 'number' && scale.length !== C) {
    throw new OptionError('scale', `needs 1 or ${C} numbers, got ${scale.length}`);
  }
  return { picture_first: n * C * H * W, PC: C, PH: H, PW: W, mean_plane: plane ? 1 : 0, bgr: order === 'bgr' ? 1 : 0 };
}

export interface PictureUndo {
  /** For each channel 1/scale, followed by the mean: one number per channel, or an image. */
  readonly buffer: GPUBuffer;
  /** Uploads the preprocessing of `source`, unless it is already there. */
  set(source: PictureSource): void;
  dispose(): void;
}

export function createPictureUndo(ctx: Context): PictureUndo {
  const label = 'view mean';
  const usage = STORAGE | COPY_DST;
  let buffer = ctx.createBuffer(label, 16, usage);
  let known: Pick<PictureSource, 'mean' | 'scale'> & { readonly C: number } = { C: 0 };
  return {
    get buffer() {
      return buffer;
    },
    set({ shape, mean, scale }) {
      const C = shape[1];
      if (known.mean === mean && known.scale === scale && known.C === C) return;
      known = { C, ...(mean && { mean }), ...(scale !== undefined && { scale }) };
      const means = mean ?? [0];
      const data = new Float32Array(C + Math.max(C, means.length));
      for (let c = 0; c < C; c++) data[c] = 1 / (typeof scale === 'object' ? scale[c] : (scale ?? 1));
      if (means.length === 1) data.fill(means[0], C);
      else data.set(means, C);
      if (buffer.size < data.byteLength) {
        buffer.destroy();
        buffer = ctx.createBuffer(label, data.byteLength, usage);
      }
      ctx.device.queue.writeBuffer(buffer, 0, data);
    },
    dispose: () => buffer.destroy(),
  };
}
