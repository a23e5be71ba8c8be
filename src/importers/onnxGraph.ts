// Reads the bytes of an ONNX file: the graph with its nodes, attributes and tensors. Nothing is converted yet.
import { ModelFileError } from '../core/errors.js';
import type { Known } from './onnxFold.js';
import { type External, readTensor, WHAT } from './onnxTensor.js';
import { type Field, fields, repeatedFloats, repeatedVarints, text } from './protobuf.js';

const MIN_OPSET = 6;

/** An attribute of a node. The field that is set tells its type. */
export interface Attribute {
  readonly float?: number;
  readonly int?: number;
  readonly string?: string;
  readonly tensor?: Known;
  readonly graph?: Graph;
  readonly floats: number[];
  readonly ints: number[];
  readonly strings: string[];
  /** Inside a function: the name of the caller's attribute that gives the value. */
  readonly refersTo?: string;
}

export interface Node {
  readonly name: string;
  /** The operator's name. Operators of other domains than ONNX's own have the domain before it: `com.microsoft::FusedConv`. */
  readonly type: string;
  /** The opset of the node's domain. */
  readonly opset: number;
  readonly inputs: string[];
  readonly outputs: string[];
  readonly attributes: ReadonlyMap<string, Attribute>;
}

/** A declared input. Dimensions that the file leaves open are undefined. */
export interface GraphInput {
  readonly name: string;
  /** The element type, as a number of TensorProto; 0 if the file does not say it. */
  readonly type: number;
  /** Undefined if even the number of axes is open. */
  readonly shape: readonly (number | undefined)[] | undefined;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Known>;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
}

/** A function defined in the file, by `domain::name`. Its nodes replace a node that calls it. */
export interface LocalFunction {
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly Node[];
  /** Values of attributes that the caller may omit. */
  readonly defaults: ReadonlyMap<string, Attribute>;
}

/** The content of a file: its graph, and the functions that nodes may call. */
export interface OnnxFile {
  readonly graph: Graph;
  readonly opset: number;
  readonly functions: ReadonlyMap<string, LocalFunction>;
}

/** Opsets by domain. */
type Opsets = ReadonlyMap<string, number>;

/** Names of the inputs without an initializer, and of the outputs, in order. @throws ModelFileError */
export function onnxSignature(bytes: Uint8Array): { inputs: string[]; outputs: string[] } {
  const { graph } = readModel(bytes, undefined);
  return {
    inputs: graph.inputs.map((i) => i.name).filter((name) => !graph.initializers.has(name)),
    outputs: [...graph.outputs],
  };
}

/** Reads the content of a file. @throws ModelFileError */
export function readModel(bytes: Uint8Array, external: External): OnnxFile {
  let graphBytes: Uint8Array | undefined;
  const functionBytes: Uint8Array[] = [];
  const opsets = new Map<string, number>();
  for (const field of fields(bytes, WHAT)) {
    if (field.wire !== 2) continue;
    if (field.number === 7) graphBytes = field.bytes;
    else if (field.number === 8) readOpset(field.bytes, opsets);
    else if (field.number === 25) functionBytes.push(field.bytes);
  }
  if (!graphBytes) throw new ModelFileError(WHAT, 'it holds no graph; is this an ONNX file?');
  const functions = new Map<string, LocalFunction>();
  for (const each of functionBytes) {
    const made = readFunction(each, external);
    functions.set(made.type, made);
  }
  const opset = opsets.get('') ?? 0;
  const old = opset < MIN_OPSET;
  // A file that uses only its own functions does not need to import ONNX's operators.
  if (old && !(opsets.size > 0 && !opsets.has('') && functions.size > 0))
    throw new ModelFileError(WHAT, `opset ${opset} is older than ${MIN_OPSET}; convert it with onnx.version_converter`);
  return { graph: readGraph(graphBytes, external, opsets), opset, functions };
}

function readOpset(bytes: Uint8Array, into: Map<string, number>): void {
  const parts = [...fields(bytes, 'opset')];
  const domain = parts.find((f) => f.number === 1);
  const version = parts.find((f) => f.number === 2)?.varint;
  if (version !== undefined) into.set(domainOf(domain ? text(domain) : ''), version);
}

/** ONNX's own domain has an empty name, or this one. */
const domainOf = (name: string): string => (name === 'ai.onnx' ? '' : name);
const typeOf = (domain: string, name: string): string => (domain === '' ? name : `${domain}::${name}`);

function readFunction(bytes: Uint8Array, external: External): LocalFunction {
  let name = '';
  let domain = '';
  let overload = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  const opsets = new Map<string, number>();
  const nodes: Uint8Array[] = [];
  const defaults = new Map<string, Attribute>();
  for (const field of fields(bytes, 'onnx function')) {
    if (field.wire !== 2) continue;
    if (field.number === 1) name = text(field);
    else if (field.number === 4) inputs.push(text(field));
    else if (field.number === 5) outputs.push(text(field));
    else if (field.number === 7) nodes.push(field.bytes);
    else if (field.number === 9) readOpset(field.bytes, opsets);
    else if (field.number === 10) domain = domainOf(text(field));
    else if (field.number === 11) defaults.set(...readAttribute(field.bytes, external, opsets));
    else if (field.number === 13) overload = text(field);
  }
  const type = typeOf(domain, name) + (overload && `:${overload}`);
  // The opsets may come after the nodes in the file, so nodes are read last.
  return { type, inputs, outputs, nodes: nodes.map((n) => readNode(n, external, opsets)), defaults };
}

function readGraph(bytes: Uint8Array, external: External, opsets: Opsets): Graph {
  const nodes: Node[] = [];
  const initializers = new Map<string, Known>();
  const inputs: GraphInput[] = [];
  const outputs: string[] = [];
  let name = '';
  for (const field of fields(bytes, 'onnx graph')) {
    if (field.wire !== 2) continue;
    if (field.number === 1) nodes.push(readNode(field.bytes, external, opsets));
    else if (field.number === 2) name = text(field);
    else if (field.number === 5) {
      const tensor = readTensor(field.bytes, external);
      initializers.set(tensor.name, tensor);
    } else if (field.number === 11) inputs.push(readValueInfo(field.bytes));
    else if (field.number === 12) outputs.push(readValueInfo(field.bytes).name);
    else if (field.number === 15)
      throw new ModelFileError(WHAT, 'sparse initializers are not supported; store them dense');
  }
  return { name, nodes, initializers, inputs, outputs };
}

function readNode(bytes: Uint8Array, external: External, opsets: Opsets): Node {
  const inputs: string[] = [];
  const outputs: string[] = [];
  let name = '';
  let operator = '';
  let domain = '';
  let overload = '';
  const attributes = new Map<string, Attribute>();
  for (const field of fields(bytes, 'onnx node')) {
    if (field.wire !== 2) continue;
    if (field.number === 1) inputs.push(text(field));
    else if (field.number === 2) outputs.push(text(field));
    else if (field.number === 3) name = text(field);
    else if (field.number === 4) operator = text(field);
    else if (field.number === 7) domain = domainOf(text(field));
    else if (field.number === 8) overload = text(field);
    else if (field.number === 5) {
      const [key, attribute] = readAttribute(field.bytes, external, opsets);
      if (attributes.has(key)) throw new ModelFileError(WHAT, `node '${name}' (${operator}) has '${key}' twice`);
      attributes.set(key, attribute);
    }
  }
  // Trailing optional inputs and outputs are written as empty names.
  while (inputs[inputs.length - 1] === '') inputs.pop();
  while (outputs[outputs.length - 1] === '') outputs.pop();
  if (outputs.length === 0) throw new ModelFileError(WHAT, `node '${name}' (${operator}) has no output`);
  const type = typeOf(domain, operator) + (overload && `:${overload}`);
  return { name, type, opset: opsets.get(domain) ?? opsets.get('') ?? 1, inputs, outputs, attributes };
}

function readAttribute(bytes: Uint8Array, external: External, opsets: Opsets): [string, Attribute] {
  let name = '';
  let float: number | undefined;
  let int: number | undefined;
  let string: string | undefined;
  let tensor: Known | undefined;
  let graph: Graph | undefined;
  let refersTo: string | undefined;
  let type: number | undefined;
  const floats: Field[] = [];
  const ints: Field[] = [];
  const strings: string[] = [];
  for (const field of fields(bytes, 'onnx attribute')) {
    if (field.number === 1) name = text(field);
    else if (field.number === 2) [float] = repeatedFloats([field], 4);
    else if (field.number === 3) int = field.varint;
    else if (field.number === 4) string = text(field);
    else if (field.number === 5) tensor = readTensor(field.bytes, external);
    else if (field.number === 6 && field.wire === 2) graph = readGraph(field.bytes, external, opsets);
    else if (field.number === 7) floats.push(field);
    else if (field.number === 8) ints.push(field);
    else if (field.number === 9) strings.push(text(field));
    else if (field.number === 20) type = field.varint;
    else if (field.number === 21) refersTo = text(field);
  }
  // proto3 omits zero values, so only the type tells that a value exists.
  if (!refersTo) {
    if (type === 1) float ??= 0;
    else if (type === 2) int ??= 0;
    else if (type === 3) string ??= '';
  }
  return [
    name,
    {
      ...(float !== undefined && { float }),
      ...(int !== undefined && { int }),
      ...(string !== undefined && { string }),
      ...(tensor && { tensor }),
      ...(graph && { graph }),
      ...(refersTo && { refersTo }),
      floats: floats.length > 0 ? Array.from(repeatedFloats(floats, 4)) : [],
      ints: repeatedVarints(ints, 'onnx attribute'),
      strings,
    },
  ];
}

function readValueInfo(bytes: Uint8Array): GraphInput {
  const inner = (parent: Uint8Array | undefined, number: number) =>
    parent && [...fields(parent, 'onnx value')].find((f) => f.number === number && f.wire === 2)?.bytes;
  const name = inner(bytes, 1);
  const tensor = inner(inner(bytes, 2), 1);
  const shape = inner(tensor, 2);
  return {
    name: name ? new TextDecoder().decode(name) : '',
    type: (tensor && [...fields(tensor, 'onnx value')].find((f) => f.number === 1)?.varint) ?? 0,
    // A dimension is a number (1) or a name (2). Names, zeros and −1 are open.
    shape:
      shape &&
      [...fields(shape, 'onnx shape')]
        .filter((f) => f.number === 1)
        .map((dim) => [...fields(dim.bytes, 'onnx dimension')].find((f) => f.number === 1)?.varint ?? 0)
        .map((d) => (d > 0 ? d : undefined)),
  };
}
