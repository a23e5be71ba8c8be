// What an ONNX file's bytes hold: the graph with its nodes, attributes and tensors, before anything is made of it.
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
const MIN_OPSET = 6;
/** Elements that one tensor may claim. */
export const MAX_ELEMENTS = 2 ** 31;

/** A constant: floats, or integers. */
export type OnnxTensor = Known;

/** An attribute of a node, by which of its fields is set. */
interface Attribute {
  readonly float?: number;
  readonly int?: number;
  readonly string?: string;
  readonly tensor?: Known;
  readonly floats: number[];
  readonly ints: number[];
}

export interface Node {
  readonly name: string;
  readonly type: string;
  readonly domain: string;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** An input as declared; dimensions that the file leaves open are undefined. */
export interface GraphInput {
  readonly name: string;
  readonly shape: (number | undefined)[];
}

export interface Graph {
  readonly name: string;
  readonly nodes: Node[];
  readonly initializers: Map<string, Known>;
  readonly inputs: GraphInput[];
  readonly outputs: string[];
}

/** The bytes of a file beside the model that holds weights, by the name that the model gives it. */
export type External = ((location: string) => Uint8Array | undefined) | undefined;

/** Names of a file's inputs that no initializer feeds, and of its outputs, in order. @throws ModelFileError */
export function onnxSignature(bytes: Uint8Array): { inputs: string[]; outputs: string[] } {
  const { graph } = readModel(bytes, undefined);
  return {
    inputs: graph.inputs.map((i) => i.name).filter((name) => !graph.initializers.has(name)),
    outputs: graph.outputs,
  };
}

/** The graph of a file's bytes, with its opset. @throws ModelFileError */
export function readModel(bytes: Uint8Array, external: External): { graph: Graph; opset: number } {
  let graph: Graph | undefined;
  let opset = 0;
  for (const field of fields(bytes, WHAT)) {
    if (field.number === 7 && field.wire === 2) graph = readGraph(field.bytes, external);
    if (field.number === 8 && field.wire === 2) {
      const parts = [...fields(field.bytes, 'opset')];
      const domain = parts.find((f) => f.number === 1);
      // Version 2 of the operator set id; the default domain has no name.
      if (!domain || text(domain) === '' || text(domain) === 'ai.onnx')
        opset = parts.find((f) => f.number === 2)?.varint ?? opset;
    }
  }
  if (!graph) throw new ModelFileError(WHAT, 'it holds no graph; is this an ONNX file?');
  if (opset < MIN_OPSET)
    throw new ModelFileError(WHAT, `opset ${opset} is older than ${MIN_OPSET}; convert it with onnx.version_converter`);
  return { graph, opset };
}

function readGraph(bytes: Uint8Array, external: External): Graph {
  const nodes: Node[] = [];
  const initializers = new Map<string, Known>();
  const inputs: GraphInput[] = [];
  const outputs: string[] = [];
  let name = '';
  for (const field of fields(bytes, 'onnx graph')) {
    if (field.wire !== 2) continue;
    if (field.number === 1) nodes.push(readNode(field.bytes, external));
    else if (field.number === 2) name = text(field);
    else if (field.number === 5) {
      const tensor = readTensor(field.bytes, external);
      initializers.set(tensor.name, tensor);
    } else if (field.number === 11) inputs.push(readValueInfo(field.bytes));
    else if (field.number === 12) outputs.push(readValueInfo(field.bytes).name);
  }
  return { name, nodes, initializers, inputs, outputs };
}

function readNode(bytes: Uint8Array, external: External): Node {
  const node = { name: '', type: '', domain: '', inputs: [] as string[], outputs: [] as string[] };
  const attributes = new Map<string, Attribute>();
  for (const field of fields(bytes, 'onnx node')) {
    if (field.wire !== 2) continue;
    if (field.number === 1) node.inputs.push(text(field));
    else if (field.number === 2) node.outputs.push(text(field));
    else if (field.number === 3) node.name = text(field);
    else if (field.number === 4) node.type = text(field);
    else if (field.number === 7) node.domain = text(field);
    else if (field.number === 5) {
      const [name, attribute] = readAttribute(field.bytes, external);
      attributes.set(name, attribute);
    }
  }
  // Trailing optional inputs are written as empty names.
  while (node.inputs[node.inputs.length - 1] === '') node.inputs.pop();
  if (node.outputs.length === 0) throw new ModelFileError(WHAT, `node '${node.name}' (${node.type}) has no output`);
  return { ...node, attributes };
}

function readAttribute(bytes: Uint8Array, external: External): [string, Attribute] {
  let name = '';
  let float: number | undefined;
  let int: number | undefined;
  let string: string | undefined;
  let tensor: Known | undefined;
  const floats: Field[] = [];
  const ints: Field[] = [];
  for (const field of fields(bytes, 'onnx attribute')) {
    if (field.number === 1) name = text(field);
    else if (field.number === 2) [float] = repeatedFloats([field], 4);
    else if (field.number === 3) int = field.varint;
    else if (field.number === 4) string = text(field);
    else if (field.number === 5) tensor = readTensor(field.bytes, external);
    else if (field.number === 7) floats.push(field);
    else if (field.number === 8) ints.push(field);
  }
  return [
    name,
    {
      ...(float !== undefined && { float }),
      ...(int !== undefined && { int }),
      ...(string !== undefined && { string }),
      ...(tensor && { tensor }),
      floats: floats.length > 0 ? Array.from(repeatedFloats(floats, 4)) : [],
      ints: repeatedVarints(ints, 'onnx attribute'),
    },
  ];
}

function readValueInfo(bytes: Uint8Array): GraphInput {
  const inner = (parent: Uint8Array | undefined, number: number) =>
    parent && [...fields(parent, 'onnx value')].find((f) => f.number === number && f.wire === 2)?.bytes;
  const name = inner(bytes, 1);
  const shape = inner(inner(inner(bytes, 2), 1), 2);
  const dims = shape ? [...fields(shape, 'onnx shape')].filter((f) => f.number === 1) : [];
  return {
    name: name ? new TextDecoder().decode(name) : '',
    // A dimension is a number (1) or a name (2); names and zeros are open.
    shape: dims.map((dim) => [...fields(dim.bytes, 'onnx dimension')].find((f) => f.number === 1)?.varint || undefined),
  };
}

/** TensorProto element types that are read. */
const TYPES = { float: 1, uint8: 2, int8: 3, int32: 6, int64: 7, bool: 9, float16: 10, double: 11 } as const;

/**
 * A TensorProto's bytes, as the conformance suite and ONNX's own tools write them.
 *
 * @throws ModelFileError
 */
export const readOnnxTensor = (bytes: Uint8Array): OnnxTensor & { readonly name: string } =>
  readTensor(bytes, undefined);

/** Bytes that lie in another file: where, from which byte on, and how many. */
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

function readTensor(bytes: Uint8Array, external: External): Known & { readonly name: string } {
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
    else if ([4, 5, 7, 10].includes(field.number)) parts.push(field);
  }
  const fail = (message: string): never => {
    throw new ModelFileError(WHAT, `tensor '${name}': ${message}`);
  };
  if (elsewhere) raw = externalBytes(entries, name, external);
  const size = sizeOf(shape);
  if (shape.some((d) => !(Number.isInteger(d) && d >= 0)) || size > MAX_ELEMENTS)
    fail(`the shape ${formatShape(shape)} is not possible`);
  const check = <T extends { readonly length: number }>(data: T): T =>
    data.length === size ? data : fail(`${formatShape(shape)} needs ${size} numbers, the file has ${data.length}`);
  const ofWeights = (tensor: WeightData) => ({ name, shape, tensor, values: () => Array.from(weightsAsF32(tensor)) });
  /** As often as the numbers are wanted, and only then: they take eight bytes each. */
  const integers = (length: number, values: () => number[]) => {
    if (length !== size) fail(`${formatShape(shape)} needs ${size} numbers, the file has ${length}`);
    return { name, shape, values };
  };

  if (type === TYPES.float) {
    const data = check(raw ? view(raw, Float32Array) : repeatedFloats(parts, 4));
    return ofWeights({ shape, dtype: 'f32', data });
  }
  if (type === TYPES.double) {
    const data = check(raw ? Float32Array.from(view(raw, Float64Array)) : repeatedFloats(parts, 8));
    return ofWeights({ shape, dtype: 'f32', data });
  }
  if (type === TYPES.float16) {
    // Without raw data the bits are in int32_data.
    const data = check(raw ? view(raw, Uint16Array) : Uint16Array.from(repeatedVarints(parts, 'onnx tensor')));
    return ofWeights({ shape, dtype: 'f16', data });
  }
  if (
    type === TYPES.int64 ||
    type === TYPES.int32 ||
    type === TYPES.bool ||
    type === TYPES.uint8 ||
    type === TYPES.int8
  ) {
    if (!raw) return integers(countVarints(parts), () => repeatedVarints(parts, 'onnx tensor'));
    if (type === TYPES.int64) {
      const data = view(raw, BigInt64Array);
      return integers(data.length, () => Array.from(data, Number));
    }
    const data = type === TYPES.int32 ? view(raw, Int32Array) : type === TYPES.int8 ? view(raw, Int8Array) : raw;
    return integers(data.length, () => Array.from(data));
  }
  return fail(
    `element type ${type} is not supported; float, double, float16, bool and integers of 8, 32 and 64 bits are`,
  );
}
