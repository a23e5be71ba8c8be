// Pictures and the nets that take them: which channels become which, what shows below transparent pixels, how large is too large.
import { ImageError, OptionError } from '../core/errors.js';
import { formatShape } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import { type Attrs, fitCrop, WHITE } from '../kernels/preprocess/index.js';

/**
 * A decoded picture: rows of RGBA bytes, colours not multiplied by alpha. What a canvas's ImageData is, and what convscope/node
 * reads from files.
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** What is done with the pixels of a picture of this size. @throws ImageError where the net takes no pictures */
export function pixelAttrs(model: Model, height: number, width: number): Attrs {
  const [, C, H, W] = model.input.shape;
  checkTakesPictures(model);
  const { order, fit, background = WHITE, alpha = false } = model.preprocessing;
  const crop = fitCrop(height, width, fit, W / H);
  return { order: C === 1 ? 'gray' : order, crop, background, alpha };
}

/**
 * A picture has colours, or gray, and perhaps alpha: channels of anything else cannot be made of it.
 *
 * @throws ImageError that says what is missing
 */
export function checkTakesPictures({ input, preprocessing }: Model): void {
  const C = input.shape[1];
  const takes = `the input '${input.name}' ${formatShape(input.shape)} takes ${C} channels`;
  if (preprocessing.alpha && C !== 4) {
    throw new ImageError(`Alpha can be the fourth channel of four; ${takes} (preprocessing.alpha, --alpha).`);
  }
  if (C === 1 || C === 3 || preprocessing.alpha) return;
  const fourth = C === 4 ? 'If the fourth is alpha, say so (preprocessing.alpha, --alpha); else give' : 'Give';
  throw new ImageError(
    `A picture has 3 channels or is gray; ${takes}. ${fourth} numbers: --input ${input.name}=file.npy.`,
  );
}

/** The net's channel of red, green and blue, for showing what a net was given. @throws ImageError where it takes no pictures */
export function colourChannels(model: Model): (rgb: number) => number {
  checkTakesPictures(model);
  if (model.input.shape[1] === 1) return () => 0;
  return model.preprocessing.order === 'bgr' ? (rgb) => 2 - rgb : (rgb) => rgb;
}

/** A colour of a pixel with what shows through it. `at` is the pixel's first byte. */
export function laidOn({ data }: Picture, at: number, rgb: number, background: readonly number[] = WHITE): number {
  return background[rgb] + ((data[at + rgb] - background[rgb]) * data[at + 3]) / 255;
}

/** RGBA bytes as one u32 per pixel, without a copy where the bytes are aligned. */
export function packPixels({ width, height, data }: Picture): Uint32Array {
  if (data.length !== width * height * 4) {
    throw new OptionError('picture', `${width}x${height} RGBA needs ${width * height * 4} bytes, got ${data.length}`);
  }
  if (data.byteOffset % 4 === 0) return new Uint32Array(data.buffer, data.byteOffset, width * height);
  return new Uint32Array(new Uint8Array(data).buffer);
}

/** Bytes that every device binds at once: a picture becomes the same input on all of them. */
export const MOST_BYTES = 2 ** 27;

/**
 * The picture where it has no more bytes than `most`, else a smaller one: each pixel the mean of a box of pixels, colours
 * weighted by alpha. Photographs of 12,000 pixels are far larger than any net's input, hence lose nothing that it would see.
 */
export function reducePicture(picture: Picture, most: number): Picture {
  const { width, height, data } = picture;
  const factor = Math.ceil(Math.sqrt((width * height * 4) / most));
  if (!(factor > 1)) return picture;
  const [w, h] = [width, height].map((size) => Math.max(1, Math.floor(size / factor)));
  const out = new Uint8ClampedArray(w * h * 4);
  for (let y = 0; y < h; y++) {
    const [top, bottom] = [y, y + 1].map((edge) => Math.floor((edge * height) / h));
    for (let x = 0; x < w; x++) {
      const left = Math.floor((x * width) / w);
      const right = Math.floor(((x + 1) * width) / w);
      let [r, g, b, a] = [0, 0, 0, 0];
      for (let v = top; v < bottom; v++) {
        for (let at = (v * width + left) * 4; at < (v * width + right) * 4; at += 4) {
          const alpha = data[at + 3];
          r += data[at] * alpha;
          g += data[at + 1] * alpha;
          b += data[at + 2] * alpha;
          a += alpha;
        }
      }
      const to = (y * w + x) * 4;
      if (a === 0) continue;
      out[to] = r / a;
      out[to + 1] = g / a;
      out[to + 2] = b / a;
      out[to + 3] = a / ((bottom - top) * (right - left));
    }
  }
  return { width: w, height: h, data: out };
}
