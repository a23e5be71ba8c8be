// NumPy's .npy files.
import { ModelFileError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import { halfToFloat } from '../graph/model.js';
import { expectContents } from './notTheFile.js';
import { view } from './protobuf.js';

/** A NumPy array in C order. */
export interface NpyArray {
  readonly shape: Shape;
  /** Type of the file's elements; `f2` is expanded to Float32Array. */
  readonly dtype: 'f2' | 'f4' | 'f8' | 'u1' | 'i4' | 'i8';
  readonly data: Float32Array | Float64Array | Uint8Array | Int32Array | BigInt64Array;
}

const MAGIC = '\u0093NUMPY';

/** Reads versions 1 to 3, little-endian, C order. @throws ModelFileError */
export function readNpy(bytes: Uint8Array): NpyArray {
  const fail = (message: string): never => {
    throw new ModelFileError('npy', message);
  };
  expectContents('npy', bytes);
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  if (magic !== MAGIC || bytes.length < 12) fail('it does not begin as an .npy file');
  const header = new DataView(bytes.buffer, bytes.byteOffset);
  const long = bytes[6] >= 2;
  const start = long ? 12 : 10;
  const length = long ? header.getUint32(8, true) : header.getUint16(8, true);
  if (start + length > bytes.length) fail(`the header claims ${length} bytes, ${bytes.length - start} are left`);
  const text = new TextDecoder('latin1').decode(bytes.subarray(start, start + length));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1] ?? '';
  const dims = /'shape'\s*:\s*\(([^)]*)\)/.exec(text)?.[1] ?? '';
  if (/'fortran_order'\s*:\s*True/.test(text)) fail('it is in Fortran order; save it with numpy.ascontiguousarray');
  const shape = dims.split(',').flatMap((d) => (d.trim() === '' ? [] : [Number(d)]));
  const size = sizeOf(shape);
  if (!shape.every((d) => Number.isInteger(d) && d >= 0) || !Number.isSafeInteger(size)) fail(`the shape is (${dims})`);
  const body = bytes.subarray(start + length);
  const typed = (width: number): Uint8Array => {
    if (size * width > body.length)
      fail(`${formatShape(shape)} needs ${size * width} bytes, the file has ${body.length}`);
    return body.subarray(0, size * width);
  };
  if (descr === '<f4') return { shape, dtype: 'f4', data: view(typed(4), Float32Array) };
  if (descr === '<f2') return { shape, dtype: 'f2', data: Float32Array.from(view(typed(2), Uint16Array), halfToFloat) };
  if (descr === '<f8') return { shape, dtype: 'f8', data: view(typed(8), Float64Array) };
  if (descr === '|u1') return { shape, dtype: 'u1', data: view(typed(1), Uint8Array) };
  if (descr === '<i4') return { shape, dtype: 'i4', data: view(typed(4), Int32Array) };
  if (descr === '<i8') return { shape, dtype: 'i8', data: view(typed(8), BigInt64Array) };
  return fail(`elements of type '${descr}' are not supported: <f2, <f4, <f8, |u1, <i4, <i8 are`);
}

/** Writes float32 in C order, version 1. */
export function writeNpy(shape: Shape, data: Float32Array): Uint8Array {
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${tuple}), }`;
  // The header ends with a newline, and the data starts at a multiple of 64.
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`;
  const out = new Uint8Array(10 + padded.length + data.byteLength);
  for (let i = 0; i < 6; i++) out[i] = MAGIC.charCodeAt(i);
  out[6] = 1;
  new DataView(out.buffer).setUint16(8, padded.length, true);
  out.set(new TextEncoder().encode(padded), 10);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + padded.length);
  return out;
}
