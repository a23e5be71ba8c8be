// Caffe's binary files: the blobs of a .caffemodel of any version, and the mean of a .binaryproto.
import { ModelFileError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import { expectContents } from './notTheFile.js';
import { type Field, fields, repeatedFloats, repeatedVarints, text } from './protobuf.js';

/** One array of a layer's parameters. */
export interface Blob {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Blobs by layer name, from a NetParameter of any version. */
export function readWeights(bytes: Uint8Array): Map<string, Blob[]> {
  expectContents('caffemodel', bytes);
  const layers = new Map<string, Blob[]>();
  for (const field of fields(bytes, 'caffemodel')) {
    if (field.wire !== 2) continue;
    // 100: version 2, name 1 and blobs 7. 2: version 1, name 4 and blobs 6, or version 0 inside at 1 with blobs 50.
    if (field.number === 100) addLayer(layers, field, { name: 1, blobs: 7 });
    if (field.number === 2) addLayer(layers, field, { name: 4, blobs: 6, legacy: 1 });
  }
  if (layers.size === 0) throw new ModelFileError('caffemodel', 'it holds no layers; is this a weights file?');
  return layers;
}

function addLayer(
  layers: Map<string, Blob[]>,
  layer: Field,
  at: { readonly name: number; readonly blobs: number; readonly legacy?: number },
): void {
  let name = '';
  const blobs: Blob[] = [];
  for (const field of fields(layer.bytes, 'caffemodel layer')) {
    if (field.wire !== 2) continue;
    if (field.number === at.legacy) {
      addLayer(layers, field, { name: 1, blobs: 50 });
    } else if (field.number === at.name) {
      name = text(field);
    } else if (field.number === at.blobs) {
      blobs.push(readBlob(field.bytes));
    }
  }
  for (const [i, { shape, data }] of blobs.entries()) {
    if (sizeOf(shape) === data.length) continue;
    throw new ModelFileError(
      'caffemodel',
      `blob ${i} of layer '${name}' is ${formatShape(shape)}, which needs ${sizeOf(shape)} numbers; the file has ${data.length}`,
    );
  }
  if (name) layers.set(name, blobs);
}

/** A BlobProto: the shape of either version, floats or doubles, packed or not. */
function readBlob(bytes: Uint8Array): Blob {
  const legacy: number[] = [];
  let shape: number[] | undefined;
  const floats: Field[] = [];
  const doubles: Field[] = [];
  for (const field of fields(bytes, 'blob')) {
    if (field.wire === 0 && field.number <= 4) legacy[field.number - 1] = field.varint;
    else if (field.number === 5) floats.push(field);
    else if (field.number === 8) doubles.push(field);
    else if (field.number === 7 && field.wire === 2) {
      shape = repeatedVarints(
        [...fields(field.bytes, 'blob shape')].filter((f) => f.number === 1),
        'blob shape',
      );
    }
  }
  const data = doubles.length > 0 ? repeatedFloats(doubles, 8) : repeatedFloats(floats, 4);
  // Legacy dimensions take precedence if any is set (Caffe's BlobProto::ShapeEquals).
  const dims = legacy.length > 0 ? Array.from({ length: 4 }, (_, i) => legacy[i] ?? 1) : (shape ?? [data.length]);
  return { shape: dims, data };
}

/** A mean image: a .binaryproto file is one serialized blob. `[C, H, W]`. @throws ModelFileError */
export function readBinaryproto(bytes: Uint8Array): { readonly shape: Shape; readonly data: Float32Array } {
  expectContents('binaryproto', bytes);
  const { shape, data } = readBlob(bytes);
  const image = shape.slice(-3);
  if (image.length !== 3 || sizeOf(image) !== data.length || data.length === 0) {
    throw new ModelFileError(
      'binaryproto',
      `expected one image [C,H,W], found ${formatShape(shape)} with ${data.length} numbers`,
    );
  }
  return { shape: image, data };
}
