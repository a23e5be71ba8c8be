// Writes Windows bitmaps of every kind, for tests of their reader.

export type BmpKind = '24' | '32' | '32 with alpha' | '16' | '8' | '8 in runs' | '4' | '1' | 'downwards';

/** The colour and opacity of a pixel. */
export type Pixel = (x: number, y: number) => readonly [r: number, g: number, b: number, a: number];

/** A file of `kind`. Kinds with a palette have two colours: those of pixels 0,0 and 1,0. */
export function bmp(kind: BmpKind, width: number, height: number, pixel: Pixel): Uint8Array {
  const bits = kind === 'downwards' ? 24 : Number.parseInt(kind, 10);
  const masks = kind === '32 with alpha' ? [0xff0000, 0xff00, 0xff, 0xff000000] : [];
  const header = masks.length > 0 ? 108 : 40;
  const palette = bits <= 8 ? [pixel(0, 0), pixel(1, 0)] : [];
  const index = (x: number, y: number) => (pixel(x, y).join() === palette[0].join() ? 0 : 1);
  const rows = Array.from({ length: height }, (_, i) => (kind === 'downwards' ? i : height - 1 - i));
  const body: number[] = [];
  for (const y of rows) {
    const from = body.length;
    if (kind === '8 in runs') {
      for (let x = 0; x < width; ) {
        let count = 1;
        while (x + count < width && count < 255 && index(x + count, y) === index(x, y)) count++;
        body.push(count, index(x, y));
        x += count;
      }
      body.push(0, 0);
      continue;
    }
    let [byte, filled] = [0, 0];
    for (let x = 0; x < width; x++) {
      const [r, g, b, a] = pixel(x, y);
      if (bits === 24) body.push(b, g, r);
      else if (bits === 32) body.push(b, g, r, a);
      else if (bits === 16) {
        const value = ((r >> 3) << 10) | ((g >> 3) << 5) | (b >> 3);
        body.push(value & 255, value >> 8);
      } else {
        byte = (byte << bits) | index(x, y);
        filled += bits;
        if (filled === 8) body.push(byte);
        if (filled === 8) [byte, filled] = [0, 0];
      }
    }
    if (filled > 0) body.push(byte << (8 - filled));
    while ((body.length - from) % 4 > 0) body.push(0);
  }
  if (kind === '8 in runs') body.push(0, 1);
  const start = 14 + header + palette.length * 4;
  const bytes = new Uint8Array(start + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, start, true);
  view.setUint32(14, header, true);
  view.setInt32(18, width, true);
  view.setInt32(22, kind === 'downwards' ? -height : height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, bits, true);
  view.setUint32(30, masks.length > 0 ? 3 : kind === '8 in runs' ? 1 : 0, true);
  view.setUint32(34, body.length, true);
  view.setUint32(46, palette.length, true);
  for (const [i, mask] of masks.entries()) view.setUint32(14 + 40 + i * 4, mask, true);
  for (const [i, [r, g, b]] of palette.entries()) bytes.set([b, g, r, 0], 14 + header + i * 4);
  bytes.set(body, start);
  return bytes;
}
