// Dictionaries of directions as files: a safetensors file that says all about itself, or somebody's own array of directions.
import { ModelFileError, OptionError } from '../core/errors.js';
import { formatShape, type Shape } from '../core/shape.js';
import { type WeightData, weightsAsF32 } from '../graph/model.js';
import type { Dictionary, DirectionActivation } from '../scene/directions.js';
import { readNpy } from './npy.js';
import { readTensors, type TensorFile, writeTensors } from './safetensors.js';

const WHAT = 'directions';
const FORMAT = 'convscope-directions';
const VERSION = '1';

/** What a file of bare directions does not say. What the file says of these is replaced. */
export interface DictionaryGiven {
  /** The layer that they are directions of. */
  readonly layer?: string;
  /** What follows the `@`. */
  readonly name?: string;
}

/**
 * Writes a dictionary as one file. Tensors: `directions` `[K, C]`, and where there are any `mean` `[C]`, `encoder` `[K, C]`, `bias` `[K]`.
 * Metadata: `format`, `version`, `layer`, `name`, `method`, `activation` (`linear`, `relu` or `top-k 8`), `labels` as JSON, `model`, `hash`.
 */
export function writeDictionary(dictionary: Dictionary): Uint8Array {
  const { layer, name, method, count: K, channels: C, activation, labels, model, notes } = dictionary;
  const tensors = new Map<string, WeightData>();
  const put = (key: string, shape: Shape, data: Float32Array | undefined) => {
    if (data) tensors.set(key, { shape, dtype: 'f32', data });
  };
  put('directions', [K, C], dictionary.directions);
  put('mean', [C], dictionary.mean);
  put('encoder', [K, C], dictionary.encoder);
  put('bias', [K], dictionary.bias);
  return writeTensors(tensors, {
    ...notes,
    format: FORMAT,
    version: VERSION,
    layer,
    name,
    method,
    activation: typeof activation === 'object' ? `top-k ${activation.topK}` : activation,
    ...(labels && { labels: JSON.stringify(labels) }),
    ...(model && { model: model.name }),
    ...(model?.hash !== undefined && { hash: model.hash }),
  });
}

/** Whether bytes are a dictionary that `writeDictionary` wrote: other safetensors files hold models or statistics. */
export function isDictionary(bytes: Uint8Array): boolean {
  try {
    return readTensors(bytes).metadata.get('format') === FORMAT;
  } catch (error) {
    if (error instanceof ModelFileError) return false;
    throw error;
  }
}

/**
 * Reads what `writeDictionary` wrote, or somebody's own directions: a .npy file `[K, C]`, or a safetensors file whose tensor `directions`, or
 * only tensor, is `[K, C]`, with `mean`, `encoder`, `bias` as above. Of those, the layer must be given.
 *
 * @throws ModelFileError naming what does not fit, OptionError where the layer is not known
 */
export function readDictionary(bytes: Uint8Array, given: DictionaryGiven = {}): Dictionary {
  const isNpy = bytes[0] === 0x93 && bytes[1] === 0x4e;
  const { tensors, metadata } = isNpy ? fileOf(bytes) : readTensors(bytes);
  const format = metadata.get('format');
  if (format?.startsWith('convscope') && format !== FORMAT)
    throw new ModelFileError(WHAT, `it holds no directions but '${format}'; \`convscope directions\` writes them`);
  const own = format === FORMAT;
  if (own && metadata.get('version') !== VERSION)
    throw new ModelFileError(WHAT, `version ${metadata.get('version')} is not known; this reads ${VERSION}`);
  const key = tensors.has('directions') || own || tensors.size !== 1 ? 'directions' : [...tensors.keys()][0];
  const matrix = tensors.get(key);
  if (!matrix)
    throw new ModelFileError(WHAT, `'directions' [K,C] is missing; the file has ${[...tensors.keys()].join(', ')}`);
  const [K, C] = matrix.shape;
  if (matrix.shape.length !== 2 || !(K >= 1 && C >= 1))
    throw new ModelFileError(WHAT, `'${key}' must be [K,C], it is ${formatShape(matrix.shape)}`);
  const optional = (name: string, shape: Shape): Float32Array | undefined => {
    const tensor = tensors.get(name);
    if (!tensor) return undefined;
    if (tensor.shape.join() !== shape.join())
      throw new ModelFileError(WHAT, `'${name}' must be ${formatShape(shape)}, it is ${formatShape(tensor.shape)}`);
    return weightsAsF32(tensor);
  };
  const layer = given.layer ?? metadata.get('layer');
  if (layer === undefined) {
    throw new OptionError(
      'directions',
      'the file does not say which layer they are directions of; put it before the file: conv5@mine=directions.npy',
    );
  }
  const { mean, encoder, bias } = {
    mean: optional('mean', [C]),
    encoder: optional('encoder', [K, C]),
    bias: optional('bias', [K]),
  };
  const labels = labelsIn(metadata.get('labels'));
  const hash = metadata.get('hash');
  const KNOWN = ['format', 'version', 'layer', 'name', 'method', 'activation', 'labels', 'model', 'hash'];
  const notes = Object.fromEntries([...metadata].filter(([name]) => !KNOWN.includes(name)));
  return {
    layer,
    name: given.name ?? metadata.get('name') ?? 'own',
    method: metadata.get('method') ?? 'custom',
    count: K,
    channels: C,
    directions: weightsAsF32(matrix),
    ...(mean && { mean }),
    ...(encoder && { encoder }),
    ...(bias && { bias }),
    activation: activationIn(metadata.get('activation')),
    ...(labels && { labels }),
    ...(metadata.has('model') && { model: { name: metadata.get('model') ?? '', ...(hash !== undefined && { hash }) } }),
    ...(Object.keys(notes).length > 0 && { notes }),
  };
}

function fileOf(bytes: Uint8Array): TensorFile {
  const { shape, data } = readNpy(bytes);
  const numbers = data instanceof Float32Array ? data : Float32Array.from(data, Number);
  return { tensors: new Map([['directions', { shape, dtype: 'f32', data: numbers }]]), metadata: new Map() };
}

function activationIn(text = 'linear'): DirectionActivation {
  const [, k] = /^top-k ([1-9]\d*)$/.exec(text) ?? [];
  if (k !== undefined) return { topK: Number(k) };
  if (text === 'linear' || text === 'relu') return text;
  throw new ModelFileError(WHAT, `'activation' must be linear, relu or top-k 8, got '${text}'`);
}

function labelsIn(json: string | undefined): string[] | undefined {
  if (json === undefined) return undefined;
  let labels: unknown;
  try {
    labels = JSON.parse(json);
  } catch {
    labels = undefined;
  }
  if (Array.isArray(labels) && labels.every((label) => typeof label === 'string')) return labels;
  throw new ModelFileError(WHAT, "'labels' must be a JSON list of texts");
}
