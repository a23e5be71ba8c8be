// Reads protocol buffers field by field. Every length is checked against the available bytes. Byte fields and packed numbers
// are views of the file and are never decoded element by element.
import { ModelFileError } from '../core/errors.js';

/** One field of a message. Its value is still encoded. */
export interface Field {
  readonly number: number;
  /** Wire type: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
  readonly wire: number;
  /** The value of a varint; 0 for other wire types. */
  readonly varint: number;
  /** The bytes of other wire types. */
  readonly bytes: Uint8Array;
}

/** The position in a message. */
interface Reader {
  readonly bytes: Uint8Array;
  at: number;
}

const NOTHING = new Uint8Array(0);

/** The fields of a message in file order. @throws ModelFileError at the broken byte */
export function* fields(bytes: Uint8Array, what: string): Generator<Field> {
  const reader: Reader = { bytes, at: 0 };
  const end = bytes.length;
  const take = (length: number): Uint8Array => {
    if (!(length >= 0 && length <= end - reader.at)) {
      throw new ModelFileError(
        what,
        `a field at byte ${reader.at} claims ${length} bytes, ${end - reader.at} are left`,
      );
    }
    const part = bytes.subarray(reader.at, reader.at + length);
    reader.at += length;
    return part;
  };
  const varint = (): number => {
    const at = reader.at;
    const value = readVarint(reader, what);
    if (reader.at > end) throw new ModelFileError(what, `a number at byte ${at} runs past the end`);
    return value;
  };
  while (reader.at < end) {
    const at = reader.at;
    const key = varint();
    const number = Math.floor(key / 8);
    const wire = key % 8;
    if (number < 1) throw new ModelFileError(what, `field number ${number} at byte ${at}`);
    if (wire === 0) yield { number, wire, varint: varint(), bytes: NOTHING };
    else if (wire === 1) yield { number, wire, varint: 0, bytes: take(8) };
    else if (wire === 2) yield { number, wire, varint: 0, bytes: take(varint()) };
    else if (wire === 5) yield { number, wire, varint: 0, bytes: take(4) };
    else throw new ModelFileError(what, `wire type ${wire} at byte ${at}`);
  }
}

/** A signed 64-bit integer in two's complement: seven bits per byte, lowest first. The last byte is below 128. */
function readVarint(reader: Reader, what: string): number {
  // A double holds only 53 bits, so the lower 28 bits and the upper 36 bits are summed separately.
  let low = 0;
  let high = 0;
  for (let i = 0; i < 10; i++) {
    const byte = reader.bytes[reader.at++];
    if (i < 4) low += (byte & 127) * 2 ** (7 * i);
    else high += (byte & 127) * 2 ** (7 * i - 28);
    if (byte < 128) {
      const unsigned = high % 2 ** 36;
      return (unsigned < 2 ** 35 ? unsigned : unsigned - 2 ** 36) * 2 ** 28 + low;
    }
  }
  throw new ModelFileError(what, `a number near byte ${reader.at} is malformed`);
}

/** UTF-8 text. */
export const text = (field: Field): string => new TextDecoder().decode(field.bytes);

/** Little-endian elements of 2, 4 or 8 bytes: a view of the file if it is aligned, otherwise a copy. */
export function view<T>(
  bytes: Uint8Array,
  make: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBufferLike, offset: number, length: number): T },
): T {
  const size = make.BYTES_PER_ELEMENT;
  const length = Math.floor(bytes.byteLength / size);
  if (bytes.byteOffset % size === 0) return new make(bytes.buffer, bytes.byteOffset, length);
  // For Node's Buffer, `bytes.slice()` would be a view, not a copy.
  return new make(new Uint8Array(bytes).buffer, 0, length);
}

/** Repeated numbers, packed or single in any mixture. The common case of one packed run needs no copy. */
export function repeatedFloats(parts: readonly Field[], bytesPerElement: 4 | 8): Float32Array {
  const arrays = parts.map((part) =>
    bytesPerElement === 4 ? view(part.bytes, Float32Array) : Float32Array.from(view(part.bytes, Float64Array)),
  );
  if (arrays.length === 1) return arrays[0];
  const all = new Float32Array(arrays.reduce((sum, a) => sum + a.length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

/** Repeated integers: packed varints, or one per field. */
export function repeatedVarints(parts: readonly Field[], what: string): number[] {
  const values: number[] = [];
  for (const part of parts) appendVarints(values, part, what);
  return values;
}

/** One field's integers, added to `values`. @throws ModelFileError */
export function appendVarints(values: number[], part: Field, what: string): void {
  if (part.wire === 0) {
    values.push(part.varint);
    return;
  }
  const reader: Reader = { bytes: part.bytes, at: 0 };
  while (reader.at < part.bytes.length) values.push(readVarint(reader, what));
}

/** The number of integers that `repeatedVarints` would return. Each one ends with a byte below 128. */
export function countVarints(parts: readonly Field[]): number {
  let count = 0;
  for (const part of parts) {
    if (part.wire === 0) count++;
    else for (const byte of part.bytes) if (byte < 128) count++;
  }
  return count;
}
