// Statistics of pictures as a safetensors file: source, count and sizes in `__metadata__`; mean and covariance in single precision, and
// the magnitude and the coarse Gaussian in half precision, whose rounding is far below what pictures of one set differ by.
import { ModelFileError } from '../core/errors.js';
import { formatShape, type Shape, sameShape, sizeOf } from '../core/shape.js';
import { type SpectrumFit, spectrumOf, TERMS } from '../core/spectrumFit.js';
import { type WeightData, weightsAsF32 } from '../graph/model.js';
import type { ImageStatistics } from '../scene/statistics.js';
import { floatToHalf } from './half.js';
import { readTensors, writeTensors } from './safetensors.js';

const WHAT = 'statistics';
const FORMAT = 'convscope-statistics';
const VERSION = '1';
const MOST_PIXELS = 2 ** 26;

/** What `writeStatistics` may be told. */
export interface WriteStatisticsOptions {
  /** Written in place of the magnitude of each frequency: few numbers, from which a reader makes it again. */
  readonly fit?: SpectrumFit;
  /** More to be said in the file's metadata, such as the command that made it. */
  readonly notes?: Readonly<Record<string, string>>;
}

/** Writes statistics as one file, which `readStatistics` reads. */
export function writeStatistics(statistics: ImageStatistics, options: WriteStatisticsOptions = {}): Uint8Array {
  const { source, count, size, mean, covariance, magnitude, coarse } = statistics;
  const { fit, notes } = options;
  const [H, W] = size;
  const n = coarse.mean.length;
  const single = (shape: Shape, data: Float32Array): WeightData => ({ shape, dtype: 'f32', data });
  const half = (shape: Shape, data: Float32Array): WeightData => ({
    shape,
    dtype: 'f16',
    data: Uint16Array.from(data, floatToHalf),
  });
  const tensors: [string, WeightData][] = [
    ['mean', single([3], mean)],
    ['covariance', single([3, 3], covariance)],
    fit
      ? ['magnitude.fit', single([3, TERMS], Float32Array.from(fit.coefficients))]
      : ['magnitude', half([3, H, halfOf(W)], magnitude)],
    ['coarse.mean', half([3, ...coarse.size], coarse.mean)],
    ['coarse.factor', half([n, coarse.factor.length / n], coarse.factor)],
  ];
  return writeTensors(new Map(tensors), {
    ...notes,
    ...(fit && { 'magnitude.error': JSON.stringify(fit.error.map((error) => Number(error.toPrecision(3)))) }),
    format: FORMAT,
    version: VERSION,
    source,
    count: String(count),
    size: JSON.stringify(size),
  });
}

/** Reads statistics that `writeStatistics` wrote. @throws ModelFileError naming what does not fit, and how */
export function readStatistics(bytes: Uint8Array): ImageStatistics {
  const { tensors, metadata } = readTensors(bytes);
  if (metadata.get('format') !== FORMAT) {
    throw new ModelFileError(WHAT, 'it holds no statistics of pictures; `convscope stats` writes them');
  }
  const version = metadata.get('version');
  if (version !== VERSION) throw new ModelFileError(WHAT, `version ${version} is not known; this reads ${VERSION}`);
  const size = sizeIn(metadata.get('size'));
  const count = Number(metadata.get('count'));
  if (!(Number.isInteger(count) && count > 0)) {
    throw new ModelFileError(WHAT, `'count' must be a whole number above 0, got ${metadata.get('count')}`);
  }
  const read = (name: string, shape: Shape): Float32Array => {
    const tensor = tensors.get(name);
    if (!tensor) throw new ModelFileError(WHAT, `'${name}' ${formatShape(shape)} is missing`);
    if (!sameShape(tensor.shape, shape)) {
      throw new ModelFileError(WHAT, `'${name}' must be ${formatShape(shape)}, it is ${formatShape(tensor.shape)}`);
    }
    const data = weightsAsF32(tensor);
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0) throw new ModelFileError(WHAT, `'${name}' must be finite, number ${wrong} is ${data[wrong]}`);
    return data;
  };
  const view = tensors.get('coarse.mean')?.shape ?? [];
  const [, h, w] = view;
  if (!(view.length === 3 && view[0] === 3 && sizeOf(view) > 0)) {
    throw new ModelFileError(WHAT, `'coarse.mean' must be [3,h,w], it is ${formatShape(view)}`);
  }
  const rank = tensors.get('coarse.factor')?.shape[1] ?? 0;
  const [H, W] = size;
  const magnitude = tensors.has('magnitude.fit')
    ? spectrumOf(read('magnitude.fit', [3, TERMS]), size)
    : read('magnitude', [3, H, halfOf(W)]);
  const wrong = magnitude.findIndex((value) => !(value >= 0 && value < Number.POSITIVE_INFINITY));
  if (wrong >= 0)
    throw new ModelFileError(WHAT, `'magnitude' must be finite and from 0, number ${wrong} is ${magnitude[wrong]}`);
  return {
    source: metadata.get('source') ?? 'not stated',
    count,
    size,
    mean: read('mean', [3]),
    covariance: read('covariance', [3, 3]),
    magnitude,
    coarse: { size: [h, w], mean: read('coarse.mean', view), factor: read('coarse.factor', [sizeOf(view), rank]) },
  };
}

/** Reads statistics from a server: `loadStatistics(await fetch(url))`. @throws ModelFileError with the server's answer */
export async function loadStatistics(source: Response): Promise<ImageStatistics> {
  if (source.ok) return readStatistics(new Uint8Array(await source.arrayBuffer()));
  throw new ModelFileError(WHAT, `${source.url}: the server answered ${source.status} ${source.statusText}`);
}

const halfOf = (W: number): number => Math.floor(W / 2) + 1;

function sizeIn(json: string | undefined): readonly [H: number, W: number] {
  const [, H, W] = /^\[([1-9]\d{0,5}),([1-9]\d{0,5})\]$/.exec(json ?? '')?.map(Number) ?? [];
  if (H !== undefined && H * W <= MOST_PIXELS) return [H, W];
  throw new ModelFileError(WHAT, `'size' must be [rows,columns], got ${json}`);
}
