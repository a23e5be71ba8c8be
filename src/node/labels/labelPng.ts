// Pictures of labels: PNG files whose pixels are numbers or colours of classes, read without changing any.
import { readFile } from 'node:fs/promises';
import { ImageError } from '../../core/errors.js';
import { reasonOf } from '../sources/reason.js';

/** Pixels as they were written, row after row. */
export interface LabelPixels {
  readonly width: number;
  readonly height: number;
  /** `numbers` of 8 bits or fewer, or of a palette; `colours` are r, g and b. */
  readonly kind: 'numbers' | 'colours';
  readonly data: Uint8Array;
}

const SIGNATURE = '89504e470d0a1a0a';
const [GREY, PALETTE] = [0, 3];

/** @throws ImageError that says what to do */
export async function readLabelPng(path: string): Promise<LabelPixels> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new ImageError(`${path}: ${reasonOf(error)}`, { cause: error });
  }
  const refuse = (reason: string): never => {
    throw new ImageError(`${path}: ${reason}`);
  };
  if (Buffer.from(bytes.subarray(0, 8)).toString('hex') !== SIGNATURE) {
    refuse('labels must be PNG: other formats change the numbers of classes; convert it from its source');
  }
  const [depth, type] = [bytes[24], bytes[25]];
  if (depth > 8) refuse(`labels must have 8 bits or fewer, it has ${depth}; write class numbers as 8 bits`);
  const chunks = chunksOf(bytes);
  if (chunks.has('iCCP')) refuse('it has a colour profile, which changes its numbers; write it without one');
  const { default: sharp } = await import('sharp');
  try {
    const { data, info } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    if (type === GREY) {
      // Decoders spread fewer bits over the range of eight.
      const spread = 255 / (2 ** depth - 1);
      const numbers = Uint8Array.from({ length: width * height }, (_, i) => data[i * channels] / spread);
      return { width, height, kind: 'numbers', data: numbers };
    }
    if (type !== PALETTE) return { width, height, kind: 'colours', data: rgbOf(data, channels) };
    const indices = indicesOf(chunks.get('PLTE') ?? new Uint8Array());
    const rgb = rgbOf(data, channels);
    const numbers = Uint8Array.from({ length: width * height }, (_, i) => {
      const index = indices.get(keyOf(rgb, i * 3));
      return index ?? refuse('it has a colour that is not in its palette');
    });
    if (numbers.some((index) => index === TWICE)) {
      refuse('two numbers of its palette have one colour, so they cannot be told apart; write it as grey');
    }
    return { width, height, kind: 'numbers', data: numbers };
  } catch (error) {
    if (error instanceof ImageError) throw error;
    throw new ImageError(`${path}: ${reasonOf(error)}`, { cause: error });
  }
}

/** In place of the number of a colour that a palette has twice. Files number classes from 0, few of them. */
const TWICE = 255;

const keyOf = (rgb: Uint8Array, at: number): number => (rgb[at] << 16) | (rgb[at + 1] << 8) | rgb[at + 2];

/** The number of each colour of a palette. */
function indicesOf(palette: Uint8Array): Map<number, number> {
  const indices = new Map<number, number>();
  for (let i = 0; i * 3 + 2 < palette.length; i++) {
    const key = keyOf(palette, i * 3);
    indices.set(key, indices.has(key) ? TWICE : i);
  }
  return indices;
}

function rgbOf(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  return Uint8Array.from(
    { length: (data.length / channels) * 3 },
    (_, i) => data[Math.floor(i / 3) * channels + (i % 3)],
  );
}

/** The first chunk of each kind. */
function chunksOf(bytes: Uint8Array): Map<string, Uint8Array> {
  const chunks = new Map<string, Uint8Array>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!chunks.has(name)) chunks.set(name, bytes.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  return chunks;
}
