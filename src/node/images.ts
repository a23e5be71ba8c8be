// Reads and writes pictures with sharp.
import { extname } from 'node:path';
import type { Sharp } from 'sharp';
import { ImageError, OptionError } from '../core/errors.js';
import { withRecipe } from '../core/pngRecipe.js';
import type { Picture } from '../scene/input.js';
import { isBmp, readBmp } from './bmp.js';
import { writeWhole } from './outputs.js';
import { importPackage } from './packages.js';
import { bytesOf } from './sources/bytes.js';
import { reasonOf } from './sources/reason.js';

const loadSharp = async () => (await importPackage('sharp', () => import('sharp'))).default;

/** Larger pictures are refused before their pixels are decoded. */
const MAX_PIXELS = 268_402_689; // sharp's own default, 16383²

const FORMATS = 'supported are PNG, JPEG, WebP, GIF, AVIF, TIFF and BMP';

/**
 * Decodes PNG, JPEG, WebP, GIF, AVIF, TIFF or BMP as RGBA in sRGB, rotated by EXIF orientation; of an animation, the first
 * frame. Transparency is kept: the net's preprocessing defines the background. Besides a file, `path` may be
 * `archive.tar/member.jpg`, row 17 of a Parquet file as `file.parquet#17`, or an http(s) address.
 *
 * @throws ImageError
 */
export function readPicture(path: string): Promise<Picture> {
  return readPictureNoted(path, () => undefined);
}

/** Like `readPicture`. `onNote` receives what was decided about the file, such as using only the first frame. */
export async function readPictureNoted(path: string, onNote: (sentence: string) => void): Promise<Picture> {
  const bytes = await bytesOf(path);
  try {
    return isBmp(bytes) ? readBmp(bytes, MAX_PIXELS) : await decode(bytes, path, onNote);
  } catch (error) {
    const reason = reasonOf(error);
    const unknown = /unsupported image format/.test(reason) ? `; ${FORMATS}` : '';
    throw new ImageError(`${path}: ${reason}${unknown}`, { cause: error });
  }
}

async function decode(bytes: Uint8Array, path: string, onNote: (sentence: string) => void): Promise<Picture> {
  refuseOthers(bytes);
  const sharp = await loadSharp();
  const image = sharp(bytes, { limitInputPixels: MAX_PIXELS });
  const { format, depth = 'uchar', pages = 1, space, icc } = await image.metadata();
  if (format === 'svg') throw new ImageError(`it is a drawing (SVG), not a picture; ${FORMATS}`);
  if (depth !== 'uchar' && depth !== 'ushort')
    throw new ImageError(`its pixels are ${depth}; supported are 8 and 16 bits`);
  if (pages > 1) onNote(`${path} has ${pages} pictures; only the first one is used`);
  if (space === 'cmyk' && !icc) return uncalibratedInks(image);
  const { data, info } = await image
    .rotate()
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}

/**
 * CMYK without a profile: multiplies the light that the four inks let through, as browsers do. sharp would assume a printing
 * press.
 */
async function uncalibratedInks(image: Sharp): Promise<Picture> {
  const { data, info } = await image
    .pipelineColourspace('cmyk')
    .toColourspace('cmyk')
    .rotate()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const rgba = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const light = 1 - data[at + 3] / 255;
    for (let ink = 0; ink < 3; ink++) rgba[at + ink] = (255 - data[at + ink]) * light;
    rgba[at + 3] = 255;
  }
  return { width: info.width, height: info.height, data: rgba };
}

/** Files that are often mistaken for supported pictures. @throws ImageError that says what they are */
function refuseOthers(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new ImageError('the file is empty');
  const start = String.fromCharCode(...bytes.subarray(0, 64));
  if (start.startsWith('version https://git-lfs')) {
    throw new ImageError("it is a Git LFS pointer, not the picture: run 'git lfs pull'");
  }
  if (/^\s*<(!doctype html|html)/i.test(start)) throw new ImageError('it is a web page, not a picture');
  if (/^....ftyphe(ic|ix|vc)/s.test(start)) throw new ImageError(`it is HEIC, which is not supported; ${FORMATS}`);
}

/** How to write a picture, by file extension. Lossy formats use a high quality, and WebP is lossless unless a quality is given. */
const WRITERS: Readonly<Record<string, (image: Sharp, quality?: number) => Sharp>> = {
  '.png': (image) => image.png(),
  '.jpg': (image, quality = 95) => image.jpeg({ quality, chromaSubsampling: '4:4:4' }),
  '.jpeg': (image, quality = 95) => image.jpeg({ quality, chromaSubsampling: '4:4:4' }),
  '.webp': (image, quality) =>
    image.webp(quality === undefined ? { lossless: true } : { quality, smartSubsample: true, effort: 6 }),
  '.avif': (image, quality = 90) => image.avif({ quality, chromaSubsampling: '4:4:4' }),
};

/** A format of pictures; without a quality as `writePicture` writes it. */
export interface Encoding {
  readonly extension: '.png' | '.webp';
  /** 1 to 100, for lossy WebP. */
  readonly quality?: number;
}

/** Checks that the file extension is a supported format. @throws OptionError */
export function checkPictureName(option: string, path: string): void {
  if (WRITERS[extname(path).toLowerCase()]) return;
  const names = Object.keys(WRITERS).join(', ');
  throw new OptionError(option, `${path} must end with ${names}, which select the format`);
}

/**
 * Writes a picture in the format of its extension: PNG, JPEG, WebP or AVIF. The file appears complete or not at all. A PNG file carries
 * the recipe, which `recipeOf` reads.
 */
export async function writePicture(path: string, picture: Picture, recipe?: object): Promise<void> {
  checkPictureName('file', path);
  const ending = extname(path).toLowerCase();
  const bytes = await encodePicture(ending, picture);
  await writeWhole(path, recipe && ending === '.png' ? withRecipe(bytes, recipe) : bytes);
}

/** A picture as the bytes of a file. */
export async function encodePicture(extension: string, picture: Picture, quality?: number): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const { width, height, data } = picture;
  const image = sharp(data, { raw: { width, height, channels: 4 } }).flatten({ background: 'white' });
  return WRITERS[extension](image, quality).toBuffer();
}

/** A picture of another size: each pixel a mean of those that it covers, by Lanczos' filter. */
export async function resizePicture(
  { width, height, data }: Picture,
  [w, h]: readonly [number, number],
): Promise<Picture> {
  if (width === w && height === h) return { width, height, data };
  const sharp = await loadSharp();
  const image = sharp(data, { raw: { width, height, channels: 4 } }).resize(w, h, { fit: 'fill' });
  return { width: w, height: h, data: new Uint8ClampedArray(await image.raw().toBuffer()) };
}

/** Arranges pictures of equal size on black in a grid, near-square unless `columns` says otherwise, with a gap of `gap` pixels. */
export function montage(
  pictures: readonly Picture[],
  gap = 2,
  columns: number = Math.ceil(Math.sqrt(pictures.length)),
): Picture {
  const [{ width: w, height: h }] = pictures;
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

/** Enlarges each pixel to a square of `factor` by `factor`. */
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
