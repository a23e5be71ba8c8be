// Tensors in ONNX files. Their numbers are views of the file if possible.
import { ModelFileError } from '../core/errors.js';
import { formatShape, sizeOf } from '../core/shape.js';
import { type WeightData, weightsAsF32 } from '../graph/model.js';
import type { Known } from './onnxFold.js';
import {
  appendVarints,
  countVarints,
  type Field,
  fields,
  repeatedFloats,
  repeatedVarints,
  text,
  view,
} from './protobuf.js';

export const WHAT = 'onnx';
/** Limit for the elements that a tensor may claim. */
export const MAX_ELEMENTS = 2 ** 31;

/** A constant: floats, or integers. */
export type OnnxTensor = Known;

/** Returns the bytes of a weight file next to the model, by the name that the model uses. */
export type External = ((location: string) => Uint8Array | undefined) | undefined;

/** Supported element types of TensorProto, by ONNX's numbers. */
const TYPES: Readonly<Record<number, 'f32' | 'f64' | 'f16' | 'bf16' | 'int' | 'bool'>> = {
  1: 'f32',
  2: 'int',
  3: 'int',
  4: 'int',
  5: 'int',
  6: 'int',
  7: 'int',
  9: 'bool',
  10: 'f16',
  11: 'f64',
  12: 'int',
  13: 'int',
  16: 'bf16',
};

/** How raw bytes store integers of each type. */
const RAW_INTEGERS = {
  2: Uint8Array,
  3: Int8Array,
  4: Uint16Array,
  5: Int16Array,
  6: Int32Array,
  9: Uint8Array,
  12: Uint32Array,
} as const;
const RAW_WIDE = { 7: BigInt64Array, 13: BigUint64Array } as const;

/**
 * Reads a serialized TensorProto, as the conformance suite and ONNX's own tools write it.
 *
 * @throws ModelFileError
 */
export const readOnnxTensor = (bytes: Uint8Array): OnnxTensor & { readonly name: string } =>
  readTensor(bytes, undefined);

/** The bytes in another file, from its name, offset and length. */
function externalBytes(entries: ReadonlyMap<string, string>, name: string, external: External): Uint8Array {
  const location = entries.get('location') ?? '';
  const file = external?.(location);
  if (!file) {
    throw new ModelFileError(
      WHAT,
      `tensor '${name}' lies in the file '${location}'; give that file along with the model`,
    );
  }
  const offset = Number(entries.get('offset') ?? 0);
  const length = Number(entries.get('length') ?? file.length - offset);
  if (
    !(
      Number.isInteger(offset) &&
      Number.isInteger(length) &&
      offset >= 0 &&
      length >= 0 &&
      offset + length <= file.length
    )
  ) {
    throw new ModelFileError(
      WHAT,
      `tensor '${name}' is said to be bytes ${offset} to ${offset + length} of '${location}', which has ${file.length}`,
    );
  }
  return file.subarray(offset, offset + length);
}

/** Reads a TensorProto. @throws ModelFileError */
export function readTensor(bytes: Uint8Array, external: External): Known & { readonly name: string } {
  let name = '';
  let type = 0;
  const shape: number[] = [];
  const parts: Field[] = [];
  let raw: Uint8Array | undefined;
  let elsewhere = false;
  const entries = new Map<string, string>();
  for (const field of fields(bytes, 'onnx tensor')) {
    if (field.number === 1) appendVarints(shape, field, 'onnx tensor');
    else if (field.number === 2) type = field.varint;
    else if (field.number === 8) name = text(field);
    else if (field.number === 9) raw = field.bytes;
    else if (field.number === 13 && field.wire === 2) {
      const pair = [...fields(field.bytes, 'onnx external data')];
      const of = (number: number) => pair.find((f) => f.number === number);
      const [key, value] = [of(1), of(2)];
      if (key && value) entries.set(text(key), text(value));
    } else if (field.number === 14) elsewhere = field.varint === 1;
    else if ([4, 5, 7, 10, 11].includes(field.number)) parts.push(field);
  }
  const fail = (message: string): never => {
    throw new ModelFileError(WHAT, `tensor '${name}': ${message}`);
  };
  if (elsewhere) raw = externalBytes(entries, name, external);
  const size = sizeOf(shape);
  if (shape.some((d) => !(Number.isInteger(d) && d >= 0)) || size > MAX_ELEMENTS)
    fail(`the shape ${formatShape(shape)} is not possible`);
  /** Raw bytes as elements. Their number must match the shape exactly. */
  const elements = <T extends { readonly length: number }>(
    from: Uint8Array,
    make: { readonly BYTES_PER_ELEMENT: number; new (buffer: ArrayBufferLike, offset: number, length: number): T },
  ): T => {
    const wanted = size * make.BYTES_PER_ELEMENT;
    if (from.byteLength !== wanted)
      fail(
        `${formatShape(shape)} needs ${size} numbers of ${make.BYTES_PER_ELEMENT} bytes, ${wanted} bytes, the file has ${from.byteLength}`,
      );
    return view(from, make);
  };
  const check = <T extends { readonly length: number }>(data: T): T =>
    data.length === size ? data : fail(`${formatShape(shape)} needs ${size} numbers, the file has ${data.length}`);
  const ofWeights = (tensor: WeightData) => ({
    name,
    shape,
    kind: 'f32' as const,
    tensor,
    values: () => Array.from(weightsAsF32(tensor)),
  });
  const varints = () => repeatedVarints(parts, 'onnx tensor');

  switch (TYPES[type]) {
    case 'f32':
      return ofWeights({
        shape,
        dtype: 'f32',
        data: raw ? elements(raw, Float32Array) : check(repeatedFloats(parts, 4)),
      });
    case 'f64': {
      // Doubles stay doubles, because sizes computed from them may need all digits. Weights become single precision.
      const data = raw ? elements(raw, Float64Array) : check(repeatedDoubles(parts));
      const tensor: WeightData = { shape, dtype: 'f32', data: Float32Array.from(data) };
      return { name, shape, kind: 'f64', tensor, values: () => Array.from(data) };
    }
    case 'f16':
      // Without raw data the bits are in int32_data.
      return ofWeights({
        shape,
        dtype: 'f16',
        data: raw ? elements(raw, Uint16Array) : check(Uint16Array.from(varints())),
      });
    case 'bf16': {
      const bits = raw ? elements(raw, Uint16Array) : check(Uint16Array.from(varints()));
      // A bfloat16 is the upper half of a single.
      const data = new Float32Array(Uint32Array.from(bits, (b) => b << 16).buffer);
      return ofWeights({ shape, dtype: 'f32', data });
    }
    case 'int':
    case 'bool': {
      const kind = TYPES[type] === 'bool' ? 'bool' : 'int';
      // Computed whenever they are used, not stored: each takes eight bytes.
      if (!raw) {
        const count = countVarints(parts);
        if (count !== size) fail(`${formatShape(shape)} needs ${size} numbers, the file has ${count}`);
        return { name, shape, kind, values: varints };
      }
      if (type === 7 || type === 13) {
        const data = elements<BigInt64Array | BigUint64Array>(raw, RAW_WIDE[type]);
        return { name, shape, kind, values: () => Array.from(data, Number) };
      }
      const data = elements<ArrayLike<number>>(raw, RAW_INTEGERS[type as keyof typeof RAW_INTEGERS]);
      return { name, shape, kind, values: () => Array.from(data) };
    }
    default:
      return fail(
        `element type ${type} is not supported; float, double, float16, bfloat16, bool and integers of 8 to 64 bits are`,
      );
  }
}

const repeatedDoubles = (parts: readonly Field[]): Float64Array => {
  const arrays = parts.map((part) => view(part.bytes, Float64Array));
  if (arrays.length === 1) return arrays[0];
  return Float64Array.from(arrays.flatMap((a) => Array.from(a)));
};
