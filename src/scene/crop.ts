// Parts of images as pictures: what a unit sees of an image, and how its back-projection is displayed.
import { OptionError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import type { Model } from '../graph/model.js';
import type { Region } from '../graph/windows.js';
import { channelScale, type HostTensor, imageShape, meanImage } from './input.js';
import { colourChannels, laidOn, type Picture } from './picture.js';

/** A picture whose bytes are nobody else's, so that it can become an `ImageData`. */
export type OwnPicture = Picture & { readonly data: Uint8ClampedArray<ArrayBuffer> };

/** `field`, but all of the image along an axis where it is no smaller: a crop then shows no more border than image. */
export function cropRegion(model: Model, field: Region): Region {
  const [, H, W] = imageShape(model);
  return {
    ...(field.bottom - field.top < H ? { top: field.top, bottom: field.bottom } : { top: 0, bottom: H }),
    ...(field.right - field.left < W ? { left: field.left, right: field.right } : { left: 0, right: W }),
  };
}

/**
 * A part of an image that the net was given, as numbers in its input layout or as a picture of its size. What lies outside
 * is the mean's colour: zero, as the net sees it.
 */
export function cropOf(model: Model, image: Float32Array | Picture, region: Region): OwnPicture {
  const [C, H, W] = imageShape(model);
  const mean = meanImage(model.preprocessing, [C, H, W]);
  const outside = Array.from({ length: C }, (_, c) => average(mean.subarray(c * H * W, (c + 1) * H * W)));
  const channel = colourChannels(model);
  const { background } = model.preprocessing;
  if (!(image instanceof Float32Array)) {
    if (image.width !== W || image.height !== H) {
      throw new OptionError(
        'picture',
        `must have the net's ${W}x${H} pixels to be cropped, it has ${image.width}x${image.height}; crop its input`,
      );
    }
    return paint(region, (y, x, rgb) =>
      inside(y, x, H, W) ? laidOn(image, (y * W + x) * 4, rgb, background) : outside[channel(rgb)],
    );
  }
  if (image.length !== C * H * W) {
    throw new OptionError('image', `needs ${C * H * W} numbers for ${formatShape([C, H, W])}, got ${image.length}`);
  }
  const scale = channelScale(model.preprocessing, C);
  return paint(region, (y, x, rgb) => {
    const c = channel(rgb);
    const at = (c * H + y) * W + x;
    return inside(y, x, H, W) ? image[at] / scale[c] + mean[at] : outside[c];
  });
}

/** Rows and columns of maps `[C, H, W]` or `[1, C, H, W]`, zero outside, as `[C, h, w]`. */
export function cropMaps({ shape, data }: HostTensor, region: Region): HostTensor {
  const [C, H, W] = shape.slice(-3);
  const [h, w] = [region.bottom - region.top, region.right - region.left];
  const out = new Float32Array(C * h * w);
  const from = Math.max(region.left, 0);
  const to = Math.max(from, Math.min(region.right, W));
  for (let c = 0; c < C; c++) {
    for (let y = Math.max(region.top, 0); y < Math.min(region.bottom, H); y++) {
      const row = (c * H + y) * W;
      out.set(data.subarray(row + from, row + to), (c * h + y - region.top) * w + from - region.left);
    }
  }
  return { shape: [C, h, w], data: out };
}

/**
 * How a back-projection becomes a picture. `signed` keeps colours and signs around mid-grey, the greatest number at the end of
 * the range (the toolbox's norm01c). `norm` is each pixel's length over the channels, from black to white.
 */
export type ProjectionDisplay = 'signed' | 'norm';

/** Keeps what is zero everywhere from dividing by zero; the toolbox's number. */
const TINY = 1e-10;

/** A back-projection `[C, h, w]` in the net's channel order as a picture. */
export function projectionPicture(
  model: Model,
  { shape, data }: HostTensor,
  display: ProjectionDisplay = 'signed',
): OwnPicture {
  const [C, bottom, right] = shape.slice(-3);
  const region = { top: 0, left: 0, bottom, right };
  const plane = sizeOf([bottom, right]);
  if (display === 'norm') {
    const lengths = Float64Array.from({ length: plane }, (_, i) => {
      let sum = 0;
      for (let c = 0; c < C; c++) sum += data[c * plane + i] ** 2;
      return Math.sqrt(sum);
    });
    const least = lengths.reduce((a, b) => Math.min(a, b));
    const most = lengths.reduce((a, b) => Math.max(a, b));
    return paint(region, (y, x) => ((lengths[y * right + x] - least) / (most - least + TINY)) * 255);
  }
  const reach = data.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  const channel = colourChannels(model);
  return paint(region, (y, x, rgb) => (data[(channel(rgb) * bottom + y) * right + x] / (2 * reach + TINY) + 0.5) * 255);
}

function paint(
  { top, left, bottom, right }: Region,
  colour: (y: number, x: number, rgb: number) => number,
): OwnPicture {
  const [width, height] = [right - left, bottom - top];
  const data = new Uint8ClampedArray(width * height * 4);
  let i = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      for (let rgb = 0; rgb < 3; rgb++) data[i++] = colour(y, x, rgb);
      data[i++] = 255;
    }
  }
  return { width, height, data };
}

const inside = (y: number, x: number, H: number, W: number): boolean => y >= 0 && y < H && x >= 0 && x < W;
const average = (values: Float32Array): number => values.reduce((a, b) => a + b, 0) / values.length;
