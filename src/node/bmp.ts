// Reads Windows bitmaps, which sharp does not support: 1 to 32 bits per pixel, with palette, bit masks or run lengths.
import { ImageError } from '../core/errors.js';
import type { Picture } from '../scene/input.js';

const COMPRESSION = { none: 0, rle8: 1, rle4: 2, masks: 3, alphaMasks: 6 } as const;
/** From these header sizes on, a header has masks for red, green and blue, and for alpha. */
const WITH_MASKS = 52;
const WITH_ALPHA = 56;
/** Bytes of the file's header, before the picture's. */
const FILE_HEADER = 14;

export const isBmp = (bytes: Uint8Array): boolean => bytes[0] === 0x42 && bytes[1] === 0x4d;

/** Decodes a .bmp file. @throws ImageError */
export function readBmp(bytes: Uint8Array, maxPixels: number): Picture {
  const fail = (reason: string): never => {
    throw new ImageError(`BMP: ${reason}`);
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < FILE_HEADER + 12) return fail('the file ends in its header');
  const start = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  const old = size === 12;
  if ((!old && size < 40) || bytes.length < FILE_HEADER + size) return fail(`a header of ${size} bytes is not known`);
  const width = old ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = old ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(old ? 24 : 28, true);
  const compression = old ? COMPRESSION.none : view.getUint32(30, true);
  const height = Math.abs(signedHeight);
  const upwards = signedHeight > 0;
  if (width < 1 || height < 1 || width * height > maxPixels) return fail(`${width}x${height} pixels`);
  const runs = compression === COMPRESSION.rle8 || compression === COMPRESSION.rle4;
  const masked = compression === COMPRESSION.masks || compression === COMPRESSION.alphaMasks;
  const fits =
    (compression === COMPRESSION.none && [1, 2, 4, 8, 16, 24, 32].includes(bits)) ||
    (masked && (bits === 16 || bits === 32)) ||
    (runs && upwards && bits === (compression === COMPRESSION.rle8 ? 8 : 4));
  if (!fits) return fail(`${bits} bits a pixel with compression ${compression} are not read`);

  const data = new Uint8ClampedArray(width * height * 4);
  const put = (x: number, y: number, r: number, g: number, b: number, a: number) => {
    const at = ((upwards ? height - 1 - y : y) * width + x) * 4;
    data[at] = r;
    data[at + 1] = g;
    data[at + 2] = b;
    data[at + 3] = a;
  };
  if (bits <= 8) {
    const entry = old ? 3 : 4;
    const palette = FILE_HEADER + size;
    const stated = old ? 0 : view.getUint32(46, true);
    const colours = Math.min(stated || 2 ** bits, 2 ** bits);
    if (palette + colours * entry > bytes.length) return fail('the file ends in its palette');
    const paint = (x: number, y: number, index: number) => {
      if (index >= colours) fail(`pixel ${x},${y} has colour ${index} of ${colours}`);
      const at = palette + index * entry;
      put(x, y, bytes[at + 2], bytes[at + 1], bytes[at], 255);
    };
    if (runs) {
      readRuns(bytes.subarray(start), bits, width, height, paint, fail);
      return { width, height, data };
    }
    const row = rowBytes(width, bits);
    if (start + row * height > bytes.length) return fail('the file ends in its pixels');
    const most = 2 ** bits - 1;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const byte = bytes[start + y * row + ((x * bits) >> 3)];
        paint(x, y, (byte >> (8 - bits - ((x * bits) & 7))) & most);
      }
    }
    return { width, height, data };
  }

  const row = rowBytes(width, bits);
  if (start + row * height > bytes.length) return fail('the file ends in its pixels');
  if (bits === 24) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = start + y * row + x * 3;
        put(x, y, bytes[at + 2], bytes[at + 1], bytes[at], 255);
      }
    }
    return { width, height, data };
  }
  const mask = (i: number): number => view.getUint32(FILE_HEADER + 40 + i * 4, true);
  const hasAlpha = compression === COMPRESSION.alphaMasks || (masked && size >= WITH_ALPHA);
  if (masked && FILE_HEADER + 40 + (hasAlpha ? 16 : 12) > bytes.length) return fail('the file ends in its masks');
  const usual = bits === 16 ? [0x7c00, 0x3e0, 0x1f, 0] : [0xff0000, 0xff00, 0xff, 0];
  const masks = masked ? [mask(0), mask(1), mask(2), hasAlpha ? mask(3) : 0] : usual;
  if (masked && size < WITH_MASKS && start < FILE_HEADER + 40 + 12) return fail('its pixels begin in its masks');
  const channels = masks.map(channelOf);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = start + y * row + (x * bits) / 8;
      const value = bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true);
      const [r, g, b, a] = channels.map((of) => of(value));
      put(x, y, r, g, b, masks[3] === 0 ? 255 : a);
    }
  }
  return { width, height, data };
}

/** Rows start at multiples of four bytes. */
const rowBytes = (width: number, bits: number): number => Math.ceil((width * bits) / 32) * 4;

/** Reads the bits of a mask as a number from 0 to 255. */
function channelOf(mask: number): (value: number) => number {
  if (mask === 0) return () => 0;
  const shift = 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  return (value) => Math.round((((value & mask) >>> shift) * 255) / most);
}

/** Runs of one colour, lists of colours, and jumps. Skipped pixels keep colour 0. */
function readRuns(
  bytes: Uint8Array,
  bits: number,
  width: number,
  height: number,
  paint: (x: number, y: number, index: number) => void,
  fail: (reason: string) => never,
): void {
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) paint(x, y, 0);
  let at = 0;
  let [x, y] = [0, 0];
  const next = (): number => (at < bytes.length ? bytes[at++] : fail('the file ends in its pixels'));
  const add = (index: number) => {
    if (x < width && y < height) paint(x, y, index);
    x++;
  };
  while (y < height) {
    const count = next();
    const value = next();
    if (count > 0) {
      for (let i = 0; i < count; i++) add(bits === 8 ? value : i % 2 === 0 ? value >> 4 : value & 15);
    } else if (value === 0) {
      x = 0;
      y++;
    } else if (value === 1) {
      return;
    } else if (value === 2) {
      x += next();
      y += next();
    } else {
      const length = Math.ceil((value * bits) / 8);
      for (let i = 0; i < value; i++) {
        const byte = bytes[at + ((i * bits) >> 3)] ?? fail('the file ends in its pixels');
        add(bits === 8 ? byte : i % 2 === 0 ? byte >> 4 : byte & 15);
      }
      at += length + (length % 2);
    }
  }
}
