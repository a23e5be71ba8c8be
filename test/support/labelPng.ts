// PNG files of labels as annotation tools write them: grey of 1 to 8 bits, palettes and colours, byte for byte.
import { crc32, deflateSync } from 'node:zlib';

/** Colour types of PNG. */
export const GREY = 0;
export const RGB = 2;
export const PALETTE = 3;

/** A PNG of rows of samples, each of `depth` bits. */
export function labelPng(
  {
    type,
    depth = 8,
    palette = [],
  }: { readonly type: number; readonly depth?: number; readonly palette?: readonly number[] },
  width: number,
  height: number,
  sampleAt: (y: number, x: number, channel: number) => number,
): Buffer {
  const channels = type === RGB ? 3 : 1;
  const rows = Array.from({ length: height }, (_, y) => {
    const samples = Array.from({ length: width * channels }, (_, i) =>
      sampleAt(y, Math.floor(i / channels), i % channels),
    );
    const bits = samples.map((sample) => sample.toString(2).padStart(depth, '0')).join('');
    const bytes = bits.match(/.{1,8}/g) ?? [];
    return [0, ...bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2))];
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, type, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    ...(palette.length > 0 ? [chunk('PLTE', Buffer.from(palette))] : []),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
