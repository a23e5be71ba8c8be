// Image files in and out, through sharp.
import { rename, writeFile } from 'node:fs/promises';
import { ConvscopeError, ImageError } from '../core/errors.js';
import type { Picture } from '../methods/input.js';

async function loadSharp() {
  try {
    return (await import('sharp')).default;
  } catch (error) {
    throw new ImageError('Image files need the package sharp: npm install sharp', { cause: error });
  }
}

/** Larger pictures are refused before their pixels are decoded. */
const MAX_PIXELS = 268_402_689; // sharp's own default, 16383²

/** Decodes PNG, JPEG, WebP, GIF, AVIF or TIFF as RGBA, upright; transparency is laid on black. @throws ImageError */
export async function readPicture(path: string): Promise<Picture> {
  const sharp = await loadSharp();
  try {
    const { data, info } = await sharp(path, { limitInputPixels: MAX_PIXELS })
      .rotate()
      .flatten({ background: 'black' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    throw new ImageError(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Writes a picture as PNG. The file appears whole or not at all. */
export async function writePicture(path: string, picture: Picture): Promise<void> {
  const sharp = await loadSharp();
  const { width, height, data } = picture;
  const png = await sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .png()
    .toBuffer();
  await writeWhole(path, png);
}

/** Writes beside the target and renames, so that an interrupted run leaves no half file. */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const temporary = `${path}.${process.pid}.part`;
  try {
    await writeFile(temporary, data);
    await rename(temporary, path);
  } catch (error) {
    throw new ConvscopeError('option', `cannot write ${path}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/** Pictures of one size side by side on black, as square as can be, with a gap of `gap` pixels. */
export function montage(pictures: readonly Picture[], gap = 2): Picture {
  const [{ width: w, height: h }] = pictures;
  const columns = Math.ceil(Math.sqrt(pictures.length));
  const rows = Math.ceil(pictures.length / columns);
  const width = columns * (w + gap) - gap;
  const height = rows * (h + gap) - gap;
  const data = new Uint8ClampedArray(width * height * 4);
  pictures.forEach((picture, i) => {
    const left = (i % columns) * (w + gap);
    const top = Math.floor(i / columns) * (h + gap);
    for (let y = 0; y < h; y++) {
      data.set(picture.data.subarray(y * w * 4, (y + 1) * w * 4), ((top + y) * width + left) * 4);
    }
  });
  return { width, height, data };
}

/** Each pixel as a square of `factor` by `factor`, so that single ones can be told apart. */
export function enlarge({ width, height, data }: Picture, factor: number): Picture {
  const from = new Uint32Array(width * height);
  new Uint8Array(from.buffer).set(data);
  const [w, h] = [width * factor, height * factor];
  const to = new Uint32Array(w * h);
  for (let y = 0; y < h; y++) {
    const row = Math.floor(y / factor) * width;
    for (let x = 0; x < w; x++) to[y * w + x] = from[row + Math.floor(x / factor)];
  }
  return { width: w, height: h, data: new Uint8Array(to.buffer) };
}
