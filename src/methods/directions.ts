// Directions of a layer, found in its activations at random places of many pictures: principal components, non-negative factors (Olah et al.
// 2018, The Building Blocks of Interpretability), independent components, or a sparse dictionary (Bricken et al. 2023). Each direction is then
// a unit: see `withDirections`.
import { OptionError } from '../core/errors.js';
import type { Table } from '../directions/linear.js';
import type { Sparsity } from '../directions/sparse.js';
import type { Context } from '../gpu/context.js';
import type { Model } from '../graph/model.js';
import { samples as collector } from '../scan/samples.js';
import { scan } from '../scan/scan.js';
import type { OnUnreadable } from '../scan/source.js';
import type { Dictionary } from '../scene/directions.js';
import type { ForwardOptions } from '../scene/forward.js';
import type { SetImage } from '../scene/images.js';
import { modelHash } from '../scene/modelHash.js';
import { searchedLayers } from '../scene/unitLayers.js';
import { sparseDictionary } from './sparseDictionary.js';

/** How directions are found. */
export type DirectionMethod = 'pca' | 'nmf' | 'ica' | 'sae';
/** The methods of `findDirections`, by name. */
export const DIRECTION_METHODS: readonly DirectionMethod[] = ['pca', 'nmf', 'ica', 'sae'];

/** What a search for directions may be told. */
export interface DirectionsOptions extends ForwardOptions {
  readonly layer: string;
  readonly method: DirectionMethod;
  /** Directions; by default 32, or as many as there are channels where that is less, and twice the channels for `sae`. */
  readonly count?: number;
  /** Different places of each picture's map; default 8. */
  readonly perImage?: number;
  /** What follows the `@`; default the method. */
  readonly name?: string;
  /** Of the places, and of what starts at random; default 0. */
  readonly seed?: number;
  /** Of `sae`; default the 8 greatest. */
  readonly sparsity?: Sparsity;
  /** Steps of `sae`, and rounds at most of `nmf` and `ica`. */
  readonly steps?: number;
  /** Told how far the pictures and the steps are. */
  readonly onProgress?: (progress: DirectionsProgress) => void;
  /** Told of a picture that cannot be read, which is left out. By default such a picture ends the search. */
  readonly onUnreadable?: OnUnreadable;
}

/** How far a search is. */
export interface DirectionsProgress {
  readonly what: 'pictures' | 'rounds' | 'steps';
  readonly done: number;
  /** Absent where nobody knows. */
  readonly total?: number;
}

/** Directions that were found, and how much of the layer they are. */
export interface FoundDirections {
  readonly dictionary: Dictionary;
  /** Samples in which they were found, and others from other pictures. */
  readonly samples: number;
  readonly heldOut: number;
  /**
   * Share of the variance of held-out samples that `mean + Σ aₖ directionsₖ` explains, with the numbers aₖ that the layer gives. The mean of
   * the samples alone explains 0.
   */
  readonly explained: number;
  /** Directions above 0 in a held-out sample, on average. */
  readonly active: number;
  /** Directions that are above 0 in none. */
  readonly silent: number;
}

/** One picture in so many is not looked at for directions, but for how much they explain. */
const HELD_OUT = 10;

/**
 * Finds directions of a layer in pictures.
 *
 * @throws OptionError for too few samples, or negative activations for `nmf`; UnknownNameError, ShapeError, NotFiniteError, ImageError
 */
export async function findDirections(
  ctx: Context,
  model: Model,
  images: readonly SetImage[],
  options: DirectionsOptions,
): Promise<FoundDirections> {
  const { method, perImage = 8, seed = 0, onProgress, inputs, signal, onUnreadable } = options;
  const [layer] = searchedLayers(model, { layers: [options.layer], ...(inputs && { inputs }) }).layers;
  const [C] = layer.shape;
  const { count = method === 'sae' ? 2 * C : Math.min(32, C), name = method } = options;
  const { states } = await scan(ctx, model, images, [collector(layer, { perImage, seed })], {
    ...(inputs && { inputs }),
    ...(signal && { signal }),
    ...(onUnreadable && { onUnreadable }),
    onProgress: ({ done, total }) => onProgress?.({ what: 'pictures', done, ...(total !== undefined && { total }) }),
  });
  signal?.throwIfAborted();
  const rows = [...states[0]].map(([index, { row }]) => ({ index, row }));
  const part = (isHeldOut: boolean) =>
    tableOf(
      rows.filter(({ index }) => (index % HELD_OUT === HELD_OUT - 1) === isHeldOut).map(({ row }) => row),
      C,
    );
  const [fitted, heldOut] = [part(false), part(true)];
  if (heldOut.rows === 0)
    throw new OptionError(
      'images',
      `must be ${HELD_OUT} or more, of which one in ${HELD_OUT} is held out; got ${rows.length}`,
    );
  const found = await decompose(ctx, fitted, { ...options, count });
  const hash = await modelHash(model);
  const dictionary: Dictionary = {
    ...found,
    layer: layer.layer,
    name,
    method,
    channels: C,
    count: found.directions.length / C,
    model: { name: model.name, ...(hash !== undefined && { hash }) },
    notes: { ...found.notes, samples: String(fitted.rows), seed: String(seed) },
  };
  return { dictionary, samples: fitted.rows, heldOut: heldOut.rows, ...explainedBy(dictionary, fitted, heldOut) };
}

type Found = Omit<Dictionary, 'layer' | 'name' | 'method' | 'channels' | 'count'>;

async function decompose(
  ctx: Context,
  samples: Table,
  { method, count, seed = 0, steps, sparsity = { topK: 8 }, onProgress, signal }: DirectionsOptions & { count: number },
): Promise<Found> {
  const rounds = steps === undefined ? {} : { rounds: steps };
  const onRound = (done: number) =>
    onProgress?.({ what: 'rounds', done, ...(steps !== undefined && { total: steps }) });
  const single = (values: Float64Array) => Float32Array.from(values);
  // The library that decomposes is fetched by those who decompose.
  if (method === 'pca') {
    const { principalComponents } = await import('../directions/pca.js');
    const { mean, directions } = principalComponents(samples, count);
    return { mean: single(mean), directions: single(directions.data), activation: 'linear' };
  }
  if (method === 'nmf') {
    const { factorize, readerOf } = await import('../directions/nmf.js');
    const { directions, weights, errors } = factorize(samples, count, { ...rounds, onRound });
    return {
      directions: single(directions.data),
      encoder: single(readerOf(samples, weights).data),
      activation: 'relu',
      notes: { rounds: String(errors.length) },
    };
  }
  if (method === 'ica') {
    const { independentComponents } = await import('../directions/ica.js');
    const {
      mean,
      unmixing,
      directions,
      settled,
      rounds: needed,
    } = independentComponents(samples, count, {
      ...rounds,
      seed,
      onRound,
    });
    return {
      mean: single(mean),
      directions: single(directions.data),
      encoder: single(unmixing.data),
      activation: 'linear',
      notes: { rounds: String(needed), settled: String(settled) },
    };
  }
  const { dead, ...found } = await sparseDictionary(ctx, samples, {
    count,
    sparsity,
    seed,
    ...(steps !== undefined && { steps }),
    ...(signal && { signal }),
    onStep: (done, total) => onProgress?.({ what: 'steps', done, total }),
  });
  return { ...found, notes: { sparsity: JSON.stringify(sparsity), dead: String(dead) } };
}

/** Codes of pictures, one below the other. */
function tableOf(codes: readonly Float32Array[], C: number): Table {
  const data = new Float64Array(codes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const code of codes) {
    data.set(code, at);
    at += code.length;
  }
  return { rows: data.length / C, columns: C, data };
}

/** How much of samples `[n, C]` each direction is, `[n, K]`, as the layer computes it, in float64. */
export function directionValues(dictionary: Dictionary, samples: Table): Table {
  const { count: K, channels: C, directions, encoder = directions, mean, bias, activation } = dictionary;
  const data = new Float64Array(samples.rows * K);
  for (let n = 0; n < samples.rows; n++) {
    const values = data.subarray(n * K, (n + 1) * K);
    for (let k = 0; k < K; k++) {
      let sum = bias?.[k] ?? 0;
      for (let c = 0; c < C; c++) sum += encoder[k * C + c] * (samples.data[n * C + c] - (mean?.[c] ?? 0));
      values[k] = activation === 'linear' ? sum : Math.max(0, sum);
    }
    if (typeof activation === 'string') continue;
    const border = Float64Array.from(values).sort()[K - activation.topK];
    for (let k = 0; k < K; k++) if (values[k] < border) values[k] = 0;
  }
  return { rows: samples.rows, columns: K, data };
}

function explainedBy(
  dictionary: Dictionary,
  fitted: Table,
  heldOut: Table,
): Pick<FoundDirections, 'explained' | 'active' | 'silent'> {
  const { count: K, channels: C, directions, mean } = dictionary;
  const average = new Float64Array(C);
  for (const [i, value] of fitted.data.entries()) average[i % C] += value / fitted.rows;
  const { data: values } = directionValues(dictionary, heldOut);
  const everActive = new Uint8Array(K);
  let [error, whole, active] = [0, 0, 0];
  for (let n = 0; n < heldOut.rows; n++) {
    for (let k = 0; k < K; k++) {
      if (!(values[n * K + k] > 0)) continue;
      active++;
      everActive[k] = 1;
    }
    for (let c = 0; c < C; c++) {
      let made = mean?.[c] ?? 0;
      for (let k = 0; k < K; k++) made += values[n * K + k] * directions[k * C + c];
      error += (heldOut.data[n * C + c] - made) ** 2;
      whole += (heldOut.data[n * C + c] - average[c]) ** 2;
    }
  }
  return {
    explained: whole > 0 ? 1 - error / whole : 1,
    active: active / heldOut.rows,
    silent: everActive.reduce((sum, value) => sum + 1 - value, 0),
  };
}
