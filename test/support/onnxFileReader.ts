// Reads ONNX files into the plain data of onnxFile.ts, so that a test can change a part and write the file again.
import { PbfReader } from 'pbf';
import {
  ATTRIBUTE,
  bytesOf,
  ELEMENT,
  type FileAttribute,
  type FileNode,
  type FileTensor,
  type FileValue,
  type OnnxFile,
} from './onnxFile.js';

/** A file's parts. Functions, sparse tensors and metadata are left out. */
export function readOnnx(bytes: Uint8Array): OnnxFile {
  const file: OnnxFile = { opset: 0, domains: [], nodes: [], tensors: [], inputs: [], outputs: [], values: [] };
  each(bytes, (tag, pbf) => {
    if (tag === 8) {
      let domain = '';
      let version = 0;
      each(pbf.readBytes(), (t, p) => {
        if (t === 1) domain = p.readString();
        if (t === 2) version = p.readVarint(true);
      });
      if (domain === '' || domain === 'ai.onnx') file.opset = version;
      else file.domains.push([domain, version]);
    }
    if (tag === 7) {
      each(pbf.readBytes(), (t, p) => {
        if (t === 1) file.nodes.push(readNode(p.readBytes()));
        if (t === 5) file.tensors.push(readTensor(p.readBytes()));
        if (t === 11) file.inputs.push(readValue(p.readBytes()));
        if (t === 12) file.outputs.push(readValue(p.readBytes()));
        if (t === 13) file.values.push(readValue(p.readBytes()));
      });
    }
  });
  return file;
}

function each(bytes: Uint8Array, read: (tag: number, pbf: PbfReader) => void): void {
  const pbf = new PbfReader(bytes);
  pbf.readFields((tag, _: undefined, p) => read(tag, p as PbfReader), undefined);
}

function readNode(bytes: Uint8Array): FileNode {
  const made: FileNode = { name: '', type: '', domain: '', inputs: [], outputs: [], attributes: [] };
  each(bytes, (tag, p) => {
    if (tag === 1) made.inputs.push(p.readString());
    if (tag === 2) made.outputs.push(p.readString());
    if (tag === 3) made.name = p.readString();
    if (tag === 4) made.type = p.readString();
    if (tag === 5) made.attributes.push(readAttribute(p.readBytes()));
    if (tag === 7) made.domain = p.readString();
  });
  return made;
}

function readAttribute(bytes: Uint8Array): FileAttribute {
  const a: FileAttribute = { name: '' };
  each(bytes, (tag, p) => {
    if (tag === 1) a.name = p.readString();
    if (tag === 2) a.float = p.readFloat();
    if (tag === 3) a.int = p.readVarint(true);
    if (tag === 4) a.string = p.readString();
    if (tag === 5) a.tensor = readTensor(p.readBytes());
    if (tag === 6) a.graph = new Uint8Array(p.readBytes());
    if (tag === 7) a.floats = p.readPackedFloat(a.floats ?? []);
    if (tag === 8) a.ints = p.readPackedVarint(a.ints ?? [], true);
    if (tag === 9) a.strings = [...(a.strings ?? []), p.readString()];
    // For an empty list, only the type is stored.
    if (tag === 20 && p.readVarint() === ATTRIBUTE.ints) a.ints ??= [];
  });
  return a;
}

/** A TensorProto. The inputs of the conformance suite are such files too. */
export function readTensor(bytes: Uint8Array): FileTensor {
  const made: FileTensor = { name: '', type: 0, dims: [], raw: new Uint8Array(0) };
  const floats: number[] = [];
  const integers: number[] = [];
  const longs: number[] = [];
  const doubles: number[] = [];
  each(bytes, (tag, p) => {
    if (tag === 1) p.readPackedVarint(made.dims, true);
    if (tag === 2) made.type = p.readVarint();
    if (tag === 4) p.readPackedFloat(floats);
    if (tag === 5) p.readPackedVarint(integers, true);
    if (tag === 7) p.readPackedVarint(longs, true);
    if (tag === 8) made.name = p.readString();
    if (tag === 9) made.raw = new Uint8Array(p.readBytes());
    if (tag === 10) p.readPackedDouble(doubles);
  });
  if (floats.length > 0) made.raw = bytesOf(Float32Array.from(floats));
  if (longs.length > 0) made.raw = bytesOf(BigInt64Array.from(longs, BigInt));
  if (doubles.length > 0) made.raw = bytesOf(Float64Array.from(doubles));
  if (integers.length > 0) {
    const width = { [ELEMENT.int32]: Int32Array, [ELEMENT.float16]: Uint16Array }[made.type] ?? Uint8Array;
    made.raw = bytesOf(width.from(integers));
  }
  return made;
}

function readValue(bytes: Uint8Array): FileValue {
  const value: FileValue = { name: '', type: 0, shape: [] };
  each(bytes, (tag, p) => {
    if (tag === 1) value.name = p.readString();
    if (tag !== 2) return;
    each(p.readBytes(), (t, type) => {
      if (t !== 1) return;
      each(type.readBytes(), (f, inner) => {
        if (f === 1) value.type = inner.readVarint();
        if (f !== 2) return;
        each(inner.readBytes(), (d, dims) => {
          if (d !== 1) return;
          let size: number | string = '?';
          each(dims.readBytes(), (k, dim) => {
            if (k === 1) size = dim.readVarint(true);
            if (k === 2) size = dim.readString();
          });
          value.shape.push(size);
        });
      });
    });
  });
  return value;
}
