// safetensors files: eight bytes of header length, a JSON header, the tensors. Models converted by this library also have the
// graph, labels and preprocessing as JSON in `__metadata__`.
import { ModelFileError } from '../core/errors.js';
import { formatShape, type Shape, sizeOf } from '../core/shape.js';
import type { Layer, Model, ModelInput, Preprocessing, WeightData } from '../graph/model.js';
import { weightsAsF32 } from '../graph/model.js';
import * as registry from '../kernels/index.js';
import { opsOf } from './build.js';
import { floatToHalf } from './half.js';
import { COMPARE, expectContents } from './notTheFile.js';
import { view } from './protobuf.js';

const WHAT = 'safetensors';
/** The format's limit for its header. */
const MAX_HEADER = 100_000_000;
/** Version of our metadata. */
const FORMAT = '1';
const MEAN = 'preprocessing.mean';

/** The tensors of a safetensors file and its metadata. */
export interface TensorFile {
  readonly tensors: ReadonlyMap<string, WeightData>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Reads f32 and f16 tensors as views of `bytes`. @throws ModelFileError */
export function readTensors(bytes: Uint8Array): TensorFile {
  const fail = (message: string): never => {
    throw new ModelFileError(WHAT, message);
  };
  expectContents(WHAT, bytes);
  if (bytes.length < 10) fail(`${bytes.length} bytes are too few`);
  const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (!(headerBytes <= MAX_HEADER && headerBytes <= bytes.length - 8)) {
    fail(`the header claims ${headerBytes} bytes, ${bytes.length - 8} are left. ${COMPARE}`);
  }
  const header = jsonObject(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)), 'the header');
  const body = bytes.subarray(8 + headerBytes);
  const tensors = new Map<string, WeightData>();
  const metadata = new Map<string, string>();
  const ranges: [number, number, string][] = [];
  for (const [name, entry] of Object.entries(header)) {
    if (!isObject(entry)) return fail(`'${name}' is not an object`);
    if (name === '__metadata__') {
      for (const [key, value] of Object.entries(entry)) {
        metadata.set(key, typeof value === 'string' ? value : fail(`metadata '${key}' is not a string`));
      }
      continue;
    }
    const { dtype, shape, data_offsets: offsets } = entry;
    if (!isNumbers(shape) || !isNumbers(offsets) || offsets.length !== 2)
      return fail(`'${name}' has no shape or no offsets`);
    const [from, to] = offsets;
    if (dtype !== 'F32' && dtype !== 'F16') return fail(`'${name}' is ${String(dtype)}; F32 and F16 are supported`);
    const width = dtype === 'F32' ? 4 : 2;
    const size = sizeOf(shape);
    if (
      !(Number.isSafeInteger(size) && shape.every((d) => Number.isInteger(d) && d >= 0) && size * width === to - from)
    ) {
      fail(`'${name}' ${formatShape(shape)} in ${dtype} does not fit bytes ${from} to ${to}`);
    }
    if (!(from >= 0 && to <= body.length)) fail(`'${name}' is at bytes ${from} to ${to} of ${body.length}. ${COMPARE}`);
    ranges.push([from, to, name]);
    const part = body.subarray(from, to);
    tensors.set(
      name,
      dtype === 'F32'
        ? { shape, dtype: 'f32', data: view(part, Float32Array) }
        : { shape, dtype: 'f16', data: view(part, Uint16Array) },
    );
  }
  ranges.sort(([a], [b]) => a - b);
  for (let i = 1; i < ranges.length; i++) {
    if (ranges[i][0] < ranges[i - 1][1]) fail(`'${ranges[i - 1][2]}' and '${ranges[i][2]}' overlap`);
  }
  return { tensors, metadata };
}

/** Writes tensors, each at a multiple of 8 bytes. */
export function writeTensors(
  tensors: ReadonlyMap<string, WeightData>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  let offset = 0;
  const places: [number, WeightData][] = [];
  // Wider elements first, as the format's own writer does. Then no tensor needs padding.
  const ordered = [...tensors].sort(([, a], [, b]) => b.data.BYTES_PER_ELEMENT - a.data.BYTES_PER_ELEMENT);
  for (const [name, tensor] of ordered) {
    const end = offset + tensor.data.byteLength;
    entries.push([
      name,
      { dtype: tensor.dtype === 'f32' ? 'F32' : 'F16', shape: tensor.shape, data_offsets: [offset, end] },
    ]);
    places.push([offset, tensor]);
    offset = end;
  }
  const json = JSON.stringify(Object.fromEntries(entries));
  const plain = new TextEncoder().encode(json);
  const headerBytes = Math.ceil(plain.length / 8) * 8;
  const out = new Uint8Array(8 + headerBytes + offset);
  new DataView(out.buffer).setBigUint64(0, BigInt(headerBytes), true);
  out.set(plain, 8);
  out.fill(0x20, 8 + plain.length, 8 + headerBytes);
  for (const [at, { data }] of places) {
    out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + headerBytes + at);
  }
  return out;
}

/** Writes a model as one file. `f16` halves its size. */
export function writeSafetensors(model: Model, options: { readonly f16?: boolean } = {}): Uint8Array {
  const tensors = new Map<string, WeightData>();
  for (const [key, weight] of model.weights) tensors.set(key, options.f16 ? asHalf(weight) : weight);
  const { mean, ...rest } = model.preprocessing;
  const image = 'shape' in mean ? mean : undefined;
  if (image) tensors.set(MEAN, { shape: image.shape, dtype: 'f32', data: image.data });
  return writeTensors(tensors, {
    format: 'convscope',
    version: FORMAT,
    name: model.name,
    input: JSON.stringify(model.input),
    ...(model.sides && { sides: JSON.stringify(model.sides) }),
    layers: JSON.stringify(model.layers),
    preprocessing: JSON.stringify(image ? rest : model.preprocessing),
    ...(model.labels && { labels: JSON.stringify(model.labels) }),
    ...(model.statistics && { statistics: model.statistics }),
    ...(model.seeded && { seeded: 'true' }),
    ...(model.partial && { partial: 'true' }),
    ...(model.batch && { batch: JSON.stringify(model.batch) }),
    ...(model.notes && { notes: JSON.stringify(model.notes) }),
  });
}

function asHalf(weight: WeightData): WeightData {
  if (weight.dtype === 'f16') return weight;
  return { shape: weight.shape, dtype: 'f16', data: Uint16Array.from(weightsAsF32(weight), floatToHalf) };
}

/** Reads a converted model; its weights are views of `bytes`. @throws ModelFileError */
export function readSafetensors(bytes: Uint8Array): Model {
  const { tensors, metadata } = readTensors(bytes);
  if (metadata.get('format') !== 'convscope') {
    throw new ModelFileError(WHAT, 'it holds tensors but no graph; convert the model with `convscope convert`');
  }
  if (metadata.get('version') !== FORMAT) {
    throw new ModelFileError(
      WHAT,
      `version ${metadata.get('version')} of our format is not known; this reads ${FORMAT}`,
    );
  }
  const part = (key: string): unknown => {
    const json = metadata.get(key);
    if (json === undefined) throw new ModelFileError(WHAT, `metadata '${key}' is missing`);
    return parseJson(json, `metadata '${key}'`);
  };
  const weights = new Map([...tensors].filter(([key]) => key !== MEAN));
  const layers = layersOf(part('layers'), weights);
  const labels = metadata.has('labels') ? part('labels') : undefined;
  const statistics = metadata.get('statistics');
  const notes = metadata.has('notes') ? part('notes') : undefined;
  return {
    name: metadata.get('name') ?? 'model',
    input: inputOf(part('input')),
    ...(metadata.has('sides') && { sides: inputsOf(part('sides')) }),
    layers,
    ...opsOf(layers, registry),
    weights,
    ...(statistics !== undefined && { statistics }),
    ...(metadata.get('seeded') === 'true' && { seeded: true }),
    ...(metadata.get('partial') === 'true' && { partial: true }),
    ...(metadata.has('batch') && { batch: batchOf(part('batch')) }),
    ...(notes !== undefined && { notes: isStrings(notes) ? notes : bad('notes', 'a list of strings') }),
    ...(labels !== undefined && { labels: isStrings(labels) ? labels : bad('labels', 'a list of strings') }),
    preprocessing: preprocessingOf(part('preprocessing'), tensors.get(MEAN)),
  };
}

/** Progress of a download: bytes so far, and the total if the server tells it. */
export type LoadProgress = (loaded: number, total: number | undefined) => void;

/** Reads a converted model while it downloads. @throws ModelFileError */
export async function loadSafetensors(
  source: Response | ReadableStream<Uint8Array> | Uint8Array,
  options: { readonly onProgress?: LoadProgress; readonly signal?: AbortSignal } = {},
): Promise<Model> {
  if (source instanceof Uint8Array) return readSafetensors(source);
  if (source instanceof Response && !source.ok) {
    throw new ModelFileError(WHAT, `${source.url}: the server answered ${source.status} ${source.statusText}`);
  }
  const stream = source instanceof Response ? source.body : source;
  if (!stream) throw new ModelFileError(WHAT, 'the response has no body');
  const length = source instanceof Response ? Number(source.headers.get('content-length') ?? 0) : 0;
  const total = length > 0 ? length : undefined;
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = stream.getReader();
  try {
    for (;;) {
      options.signal?.throwIfAborted();
      const { done, value } = await reader.read();
      if (done) break;
      chunks.push(value);
      loaded += value.length;
      options.onProgress?.(loaded, total);
    }
  } catch (error) {
    await reader.cancel().catch(() => undefined);
    throw error;
  }
  const bytes = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return readSafetensors(bytes);
}

type JsonObject = Readonly<Record<string, unknown>>;

const isObject = (v: unknown): v is JsonObject => typeof v === 'object' && v !== null && !Array.isArray(v);
const isNumbers = (v: unknown): v is number[] => Array.isArray(v) && v.every((n) => typeof n === 'number');
const isStrings = (v: unknown): v is string[] => Array.isArray(v) && v.every((s) => typeof s === 'string');
const isShape = (v: unknown): v is Shape => isNumbers(v) && v.every((d) => Number.isInteger(d) && d > 0);

function bad(field: string, wanted: string): never {
  throw new ModelFileError(WHAT, `'${field}' must be ${wanted}`);
}

function parseJson(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new ModelFileError(WHAT, `${what} is not JSON`, { cause: error });
  }
}

function jsonObject(json: string, what: string): JsonObject {
  const value = parseJson(json, what);
  return isObject(value) ? value : bad(what, 'a JSON object');
}

const inputsOf = (value: unknown): ModelInput[] =>
  Array.isArray(value) ? value.map(inputOf) : bad('sides', 'a list of inputs');

function inputOf(value: unknown): ModelInput {
  if (!isObject(value) || typeof value.name !== 'string' || !isShape(value.shape))
    return bad('input', 'a name and a shape');
  const { name, shape, layout, openSize, perPicture } = value;
  if (layout !== undefined && typeof layout !== 'string') return bad(`input '${name}'`, 'given its layout as a text');
  return {
    name,
    shape,
    ...(layout !== undefined && { layout }),
    ...(openSize === true && { openSize }),
    ...(typeof perPicture === 'boolean' && { perPicture }),
  };
}

function batchOf(value: unknown): NonNullable<Model['batch']> {
  if (!isObject(value) || typeof value.size !== 'number' || typeof value.reason !== 'string')
    return bad('batch', 'a size and a reason');
  return { size: value.size, reason: value.reason };
}

function layersOf(value: unknown, weights: ReadonlyMap<string, unknown>): Layer[] {
  if (!Array.isArray(value)) return bad('layers', 'a list');
  return value.map((layer: unknown): Layer => {
    if (!isObject(layer)) return bad('layers', 'a list of objects');
    const { name, type, attrs, inputs, output, weights: keys } = layer;
    if (typeof name !== 'string' || typeof type !== 'string' || typeof output !== 'string')
      return bad('layer', 'named');
    if (!isObject(attrs) || !isStrings(inputs) || !isObject(keys)) return bad(`layer '${name}'`, 'complete');
    const named: Record<string, string> = {};
    for (const [slot, key] of Object.entries(keys)) {
      if (typeof key !== 'string' || !weights.has(key))
        bad(`layer '${name}'`, `given its weights; '${String(key)}' is not in the file`);
      else named[slot] = key;
    }
    return { name, type, attrs, inputs, output, weights: named };
  });
}

function preprocessingOf(value: unknown, image: WeightData | undefined): Preprocessing {
  if (!isObject(value)) return bad('preprocessing', 'an object');
  const { order, mean, scale, fit, stated, background, alpha } = value;
  if (order !== 'rgb' && order !== 'bgr' && order !== 'gray') return bad('preprocessing.order', 'rgb, bgr or gray');
  if (fit !== 'crop' && fit !== 'stretch') return bad('preprocessing.fit', 'crop or stretch');
  if (typeof scale !== 'number' && !isNumbers(scale)) return bad('preprocessing.scale', 'a number or a list of them');
  const ofChannels = isNumbers(mean) ? mean : undefined;
  const colour = isNumbers(background) && background.length === 3 ? background : undefined;
  if (background !== undefined && !colour) return bad('preprocessing.background', 'three numbers');
  return {
    order,
    mean: image
      ? { shape: image.shape, data: weightsAsF32(image) }
      : (ofChannels ?? bad('preprocessing.mean', 'a list of numbers')),
    scale,
    fit,
    ...(colour && { background: [colour[0], colour[1], colour[2]] }),
    ...(alpha === true && { alpha }),
    stated: stated === true,
  };
}
