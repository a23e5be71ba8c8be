// Moving PNGs (APNG, part of PNG since its third edition) of pictures that the browser has encoded: their pixel data, with the chunks
// that say when each is shown. All browsers play them, colours are exact, and a recipe fits into one as into any PNG.

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Length and type before a chunk's data, and the checksum after it. */
const [BEFORE, AFTER] = [8, 4];

/** A picture of the sequence. */
export interface Shown {
  readonly png: Uint8Array;
  /** Milliseconds. */
  readonly delay: number;
}

/** The pictures one after another, for ever. They have one size. @throws Error where their formats differ */
export function movingPng(frames: readonly Shown[]): Uint8Array<ArrayBuffer> {
  const all = frames.map(({ png, delay }) => ({ chunks: chunksOf(png), delay }));
  const header = dataOf(all[0].chunks, 'IHDR')[0];
  const out = [Uint8Array.from(SIGNATURE), chunk('IHDR', header), chunk('acTL', numbers(frames.length, 0))];
  let turn = 0;
  for (const [i, { chunks, delay }] of all.entries()) {
    if (dataOf(chunks, 'IHDR')[0].join() !== header.join()) throw new Error(`picture ${i} has another size or format`);
    const control = new Uint8Array(26);
    const view = new DataView(control.buffer);
    // Turn, width and height; the offsets stay 0.
    view.setUint32(0, turn++);
    control.set(header.subarray(0, 8), 4);
    view.setUint16(20, delay);
    view.setUint16(22, 1000);
    out.push(chunk('fcTL', control));
    for (const data of dataOf(chunks, 'IDAT')) {
      out.push(i === 0 ? chunk('IDAT', data) : chunk('fdAT', joined([numbers(turn++), data])));
    }
  }
  return joined([...out, chunk('IEND', new Uint8Array(0))]);
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

function chunksOf(png: Uint8Array): Chunk[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  for (let at = SIGNATURE.length; at + BEFORE + AFTER <= png.length; ) {
    const length = view.getUint32(at);
    const type = String.fromCharCode(...png.subarray(at + 4, at + BEFORE));
    chunks.push({ type, data: png.subarray(at + BEFORE, at + BEFORE + length) });
    at += BEFORE + length + AFTER;
  }
  return chunks;
}

const dataOf = (chunks: readonly Chunk[], wanted: string): Uint8Array[] =>
  chunks.filter(({ type }) => type === wanted).map(({ data }) => data);

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined([Uint8Array.from(type, (letter) => letter.charCodeAt(0)), data]);
  return joined([numbers(data.length), body, numbers(checksum(body))]);
}

/** Numbers of 32 bits, the highest byte first. */
function numbers(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (const [i, value] of values.entries()) view.setUint32(4 * i, value);
  return new Uint8Array(view.buffer);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** Remainders of the bytes, by the polynomial of PNG's checksum (CRC-32). */
const REMAINDERS = Uint32Array.from({ length: 256 }, (_, byte) => {
  let c = byte;
  for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

function checksum(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = REMAINDERS[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}
