// ONNX files as plain data that a test can create, change and write. Covers the parts of onnx.proto that nets use.
import { PbfWriter } from 'pbf';

/** The used element types of TensorProto.DataType. */
export const ELEMENT = { float: 1, int32: 6, int64: 7, bool: 9, float16: 10, double: 11 } as const;

/** AttributeProto.AttributeType. */
export const ATTRIBUTE = { float: 1, int: 2, string: 3, tensor: 4, graph: 5, floats: 6, ints: 7, strings: 8 } as const;

export interface FileTensor {
  name: string;
  type: number;
  dims: number[];
  /** Little-endian elements. Tensors with typed fields in the file are converted to this too. */
  raw: Uint8Array;
}

export interface FileAttribute {
  name: string;
  float?: number;
  int?: number;
  string?: string;
  tensor?: FileTensor;
  /** A GraphProto's bytes. */
  graph?: Uint8Array;
  floats?: number[];
  ints?: number[];
  strings?: string[];
}

export interface FileNode {
  name: string;
  type: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: FileAttribute[];
}

export interface FileValue {
  name: string;
  type: number;
  /** Numbers, and names of open sizes. */
  shape: (number | string)[];
}

/** A function defined in the file. */
export interface FileFunction {
  domain: string;
  name: string;
  inputs: string[];
  outputs: string[];
  nodes: FileNode[];
}

export interface OnnxFile {
  opset: number;
  functions?: FileFunction[];
  /** Opset versions of other domains. */
  domains: [string, number][];
  nodes: FileNode[];
  tensors: FileTensor[];
  inputs: FileValue[];
  outputs: FileValue[];
  values: FileValue[];
}

type Write = (pbf: PbfWriter) => void;
const message = (pbf: PbfWriter, tag: number, write: Write): void =>
  pbf.writeMessage(tag, (_: undefined, p) => write(p as PbfWriter), undefined);

export const bytesOf = (view: {
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  readonly byteLength: number;
}) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/** A tensor of f32 or int64. */
export function tensor(name: string, dims: number[], values: readonly number[], type: 1 | 7 = 1): FileTensor {
  const data = type === 1 ? Float32Array.from(values) : BigInt64Array.from(values, (v) => BigInt(v));
  return { name, type, dims, raw: bytesOf(data) };
}

/** Attributes from plain values. Whole numbers become ints, so write a float such as 1 as `{ float: 1 }`. */
export function attributesOf(
  values: Readonly<Record<string, number | string | readonly number[] | FileTensor | { readonly float: number }>>,
): FileAttribute[] {
  return Object.entries(values).map(([name, value]): FileAttribute => {
    if (typeof value === 'string') return { name, string: value };
    if (typeof value === 'number') return Number.isInteger(value) ? { name, int: value } : { name, float: value };
    if ('dims' in value) return { name, tensor: value };
    if ('float' in value) return { name, float: value.float };
    return value.every(Number.isInteger) ? { name, ints: [...value] } : { name, floats: [...value] };
  });
}

export function node(
  type: string,
  inputs: string[],
  outputs: string | string[],
  attributes: Parameters<typeof attributesOf>[0] = {},
): FileNode {
  const made = typeof outputs === 'string' ? [outputs] : outputs;
  return { name: '', type, domain: '', inputs, outputs: made, attributes: attributesOf(attributes) };
}

/** A file with one f32 input `x` and one output, the last node's. */
export function fileOf(
  x: (number | string)[],
  nodes: FileNode[],
  tensors: FileTensor[] = [],
  { opset = 17, ...rest }: Partial<OnnxFile> = {},
): OnnxFile {
  const last = nodes[nodes.length - 1];
  const value = (name: string, shape: (number | string)[]): FileValue => ({ name, type: ELEMENT.float, shape });
  const outputs = [value(last.outputs[0], [])];
  return { opset, domains: [], nodes, tensors, inputs: [value('x', x)], outputs, values: [], ...rest };
}

/** The file's bytes. Outputs without a shape are declared without one. */
export function writeOnnx(file: OnnxFile): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, 8);
  message(pbf, 7, (graph) => {
    for (const n of file.nodes) message(graph, 1, (p) => writeNode(p, n));
    graph.writeStringField(2, 'net');
    for (const t of file.tensors) message(graph, 5, (p) => writeTensor(p, t));
    for (const v of file.inputs) message(graph, 11, (p) => writeValue(p, v));
    for (const v of file.outputs) message(graph, 12, (p) => writeValue(p, v));
    for (const v of file.values) message(graph, 13, (p) => writeValue(p, v));
  });
  const opset = (p: PbfWriter, domain: string, version: number) => {
    if (domain) p.writeStringField(1, domain);
    p.writeVarintField(2, version);
  };
  for (const [domain, version] of [['', file.opset] as const, ...file.domains]) {
    message(pbf, 8, (p) => opset(p, domain, version));
  }
  for (const f of file.functions ?? []) {
    message(pbf, 25, (p) => {
      p.writeStringField(1, f.name);
      for (const i of f.inputs) p.writeStringField(4, i);
      for (const o of f.outputs) p.writeStringField(5, o);
      for (const n of f.nodes) message(p, 7, (q) => writeNode(q, n));
      message(p, 9, (q) => opset(q, '', file.opset));
      p.writeStringField(10, f.domain);
    });
  }
  return pbf.finish();
}

/** A graph for an attribute: the branch of an If, the body of a Loop. */
export function graphOf(name: string, nodes: FileNode[], inputs: string[], outputs: string[]): FileAttribute {
  const pbf = new PbfWriter();
  for (const n of nodes) message(pbf, 1, (p) => writeNode(p, n));
  for (const i of inputs) message(pbf, 11, (p) => p.writeStringField(1, i));
  for (const o of outputs) message(pbf, 12, (p) => p.writeStringField(1, o));
  return { name, graph: pbf.finish() };
}

function writeNode(pbf: PbfWriter, { name, type, domain, inputs, outputs, attributes }: FileNode): void {
  for (const i of inputs) pbf.writeStringField(1, i);
  for (const o of outputs) pbf.writeStringField(2, o);
  if (name) pbf.writeStringField(3, name);
  pbf.writeStringField(4, type);
  for (const a of attributes) message(pbf, 5, (p) => writeAttribute(p, a));
  if (domain) pbf.writeStringField(7, domain);
}

function writeAttribute(pbf: PbfWriter, a: FileAttribute): void {
  pbf.writeStringField(1, a.name);
  const kinds = (['float', 'int', 'string', 'tensor', 'graph', 'floats', 'ints', 'strings'] as const).filter(
    (kind) => a[kind] !== undefined,
  );
  if (a.float !== undefined) pbf.writeFloatField(2, a.float);
  if (a.int !== undefined) pbf.writeVarintField(3, a.int);
  if (a.string !== undefined) pbf.writeStringField(4, a.string);
  const { tensor: value, graph } = a;
  if (value) message(pbf, 5, (p) => writeTensor(p, value));
  if (graph) pbf.writeBytesField(6, graph);
  for (const v of a.floats ?? []) pbf.writeFloatField(7, v);
  for (const v of a.ints ?? []) pbf.writeVarintField(8, v);
  for (const v of a.strings ?? []) pbf.writeStringField(9, v);
  pbf.writeVarintField(20, kinds.length > 0 ? ATTRIBUTE[kinds[0]] : ATTRIBUTE.ints);
}

function writeTensor(pbf: PbfWriter, { name, type, dims, raw }: FileTensor): void {
  for (const d of dims) pbf.writeVarintField(1, d);
  pbf.writeVarintField(2, type);
  if (name) pbf.writeStringField(8, name);
  pbf.writeBytesField(9, raw);
}

function writeValue(pbf: PbfWriter, { name, type, shape }: FileValue): void {
  pbf.writeStringField(1, name);
  message(pbf, 2, (p) =>
    message(p, 1, (t) => {
      t.writeVarintField(1, type);
      if (shape.length === 0) return;
      message(t, 2, (s) => {
        for (const d of shape) {
          message(s, 1, (dim) => (typeof d === 'number' ? dim.writeVarintField(1, d) : dim.writeStringField(2, d)));
        }
      });
    }),
  );
}
