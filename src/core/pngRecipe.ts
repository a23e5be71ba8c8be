// The recipe of a picture inside its PNG file: JSON in a text chunk (iTXt, PNG specification §11.3.3.4) with the keyword `convscope`.
// Files come from strangers: every length is checked before it is believed.
import { ImageError } from './errors.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const KEYWORD = 'convscope';
/** Length and type before a chunk's data, and the checksum after it. */
const [BEFORE, AFTER] = [8, 4];

/** A chunk, and where it is in the file, from its length to its checksum. */
interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** The file with the recipe in it, in place of one that it had: any JSON object. @throws ImageError for what is no whole PNG file */
export function withRecipe(png: Uint8Array, recipe: object): Uint8Array<ArrayBuffer> {
  const chunks = chunksOf(png);
  // The keyword, then: not compressed, no language, no translated keyword.
  const data = new TextEncoder().encode(`${KEYWORD}\0\0\0\0\0${JSON.stringify(recipe, sorted)}`);
  const made = new Uint8Array(BEFORE + data.length + AFTER);
  const view = new DataView(made.buffer);
  view.setUint32(0, data.length);
  made.set(new TextEncoder().encode('iTXt'), 4);
  made.set(data, BEFORE);
  view.setUint32(BEFORE + data.length, checksum(made.subarray(4, BEFORE + data.length)));
  const [header, ...rest] = chunks.filter((chunk) => !isRecipe(chunk)).map(({ from, to }) => png.subarray(from, to));
  const parts = [Uint8Array.from(SIGNATURE), header, made, ...rest];
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/**
 * The recipe in a PNG file; undefined where it has none. `parseRecipe` and `readStudy` check its fields.
 *
 * @throws ImageError for what is no whole PNG file, and for a recipe that cannot be read
 */
export function recipeOf(png: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  const found = chunksOf(png).filter(isRecipe);
  if (found.length === 0) return undefined;
  if (found.length > 1) throw fault(`it has ${found.length} recipes`);
  // The rest of an iTXt chunk: whether and how it is compressed, the language, the translated keyword, the text.
  const rest = found[0].data.subarray(KEYWORD.length + 1);
  if (rest[0] === 1) throw fault('its recipe is compressed by another program; save the picture with convscope again');
  const language = rest.indexOf(0, 2);
  const keyword = language < 0 ? -1 : rest.indexOf(0, language + 1);
  if (rest[0] !== 0 || keyword < 0) throw fault('its recipe is no text chunk as the specification has it');
  let recipe: unknown;
  try {
    recipe = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(rest.subarray(keyword + 1)));
  } catch (error) {
    throw fault('its recipe is no JSON', error);
  }
  if (typeof recipe === 'object' && recipe !== null && !Array.isArray(recipe)) return { ...recipe };
  throw fault('its recipe is no JSON object');
}

/** Fields in the order of their names, so that equal recipes give equal files, whoever put them together. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;

const fault = (what: string, cause?: unknown) => new ImageError(`PNG: ${what}`, cause === undefined ? {} : { cause });

const isRecipe = ({ type, data }: Chunk): boolean =>
  type === 'iTXt' && data[KEYWORD.length] === 0 && textOf(data.subarray(0, KEYWORD.length)) === KEYWORD;

const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

/** All chunks up to the last one. What follows it belongs to no picture. */
function chunksOf(png: Uint8Array): Chunk[] {
  if (!SIGNATURE.every((byte, i) => png[i] === byte)) throw fault('the file is none');
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  for (let from = SIGNATURE.length; chunks[chunks.length - 1]?.type !== 'IEND'; from = chunks[chunks.length - 1].to) {
    const left = png.length - from - BEFORE - AFTER;
    if (left < 0) throw fault('the file is cut off: its last chunk is missing');
    const length = view.getUint32(from);
    const type = textOf(png.subarray(from + 4, from + BEFORE));
    if (!/^[A-Za-z]{4}$/.test(type)) throw fault(`no chunk begins at byte ${from}`);
    if (length > left) throw fault(`chunk ${type} at byte ${from} claims ${length} bytes, ${left} are left`);
    if (chunks.length === 0 && type !== 'IHDR') throw fault(`its first chunk must be IHDR, it is ${type}`);
    const end = from + BEFORE + length;
    if (view.getUint32(end) !== checksum(png.subarray(from + 4, end))) {
      throw fault(`the checksum of chunk ${type} at byte ${from} is wrong: the file is damaged`);
    }
    chunks.push({ type, data: png.subarray(from + BEFORE, end), from, to: end + AFTER });
  }
  return chunks;
}

/** CRC-32 (PNG specification, annex D). */
function checksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
