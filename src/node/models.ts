// Loads models by the names that the command accepts: `deploy.prototxt,weights.caffemodel`, `net.onnx`, `net.safetensors`, or
// the name of a net that is part of the package.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { OptionError, UnknownNameError } from '../core/errors.js';
import type { Model, Preprocessing } from '../graph/model.js';
import {
  importModel,
  knownNets,
  readBinaryproto,
  readLabels,
  readNpy,
  recogniseNet,
  withKnown,
} from '../importers/index.js';
import { classesOf } from '../scene/outputs.js';
import { withDirectionFiles } from './directions.js';
import { fileBeside, readBytes } from './files.js';

/** What a model file does not say. */
export interface ModelOptions {
  /** File with class names, in any form that `readLabels` accepts. */
  readonly labels?: string;
  /** `104,117,123` in the net's channel order, or a .npy or .binaryproto file. */
  readonly mean?: string;
  /** One number or one per channel: `0.0078125` or `0.0171,0.0175,0.0174`. */
  readonly scale?: string;
  readonly order?: string;
  readonly fit?: string;
  /** Background of transparent pictures: `white`, `black`, `gray`, `#rrggbb` or `255,255,255`. Default white. */
  readonly background?: string;
  /** The fourth of four channels is a picture's alpha. */
  readonly alpha?: boolean;
  /** `320x320`: height and width, if an ONNX file leaves them open. */
  readonly size?: string;
  /** The last layer to load of an ONNX or Caffe file. */
  readonly until?: string;
  /** BatchNormalization in training mode uses the statistics stored in the ONNX file. */
  readonly storedStatistics?: boolean;
  /** Seed of random weights for a .prototxt without weights. Everything made with them is marked. */
  readonly seededWeights?: string;
  /** Files of directions, each of which becomes a layer: `nmf.safetensors`, `conv5@mine=directions.npy`. */
  readonly directions?: readonly string[];
  /** False: do not apply what is known about published nets. */
  readonly recognise?: boolean;
}

/** A net that is part of the package. */
export interface EmbeddedModel {
  readonly name: string;
  readonly file: string;
  /** A one-line description. */
  readonly about: string;
  readonly bytes: number;
  readonly sha256: string;
}

const EMBEDDED = resolve(import.meta.dirname, '..', '..', 'models');

/** The nets that are part of the package. */
export async function embeddedModels(): Promise<EmbeddedModel[]> {
  return JSON.parse(await readFile(join(EMBEDDED, 'index.json'), 'utf8'));
}

/** The path of a built-in net if `spec` is a bare name. @throws UnknownNameError with the nearest name */
async function embeddedPath(spec: string): Promise<string | undefined> {
  if (!/^[\w-]+$/.test(spec) || existsSync(spec)) return undefined;
  const all = await embeddedModels();
  const found = all.find(({ name }) => name === spec);
  if (found) return join(EMBEDDED, found.file);
  throw new UnknownNameError(
    'embedded net',
    spec,
    all.map(({ name }) => name),
  );
}

/** Reads a model. @throws ModelFileError, UnsupportedLayersError, OptionError, UnknownNameError */
export async function loadModel(spec: string, options: ModelOptions = {}): Promise<Model> {
  const named = await embeddedPath(spec.trim());
  const paths = named ? [named] : spec.split(',').map((path) => path.trim());
  const files = await Promise.all(paths.map(async (path) => ({ name: basename(path), bytes: await readBytes(path) })));
  const preprocessing = await preprocessingOf(options);
  const model = importModel(files, {
    externalData: fileBeside(paths[0]),
    ...openOptions(options, paths),
    ...(options.seededWeights !== undefined && { seededWeights: seedOf(options.seededWeights) }),
  });
  const known = options.recognise === false ? undefined : await knownNets();
  const found = known && recogniseNet(model, known, files.map(sha256));
  const said = options.labels;
  const labels = said === undefined ? undefined : readLabels(basename(said), await readBytes(said), classesOf(model));
  const labelled = labels ? { ...model, labels } : model;
  const whole = found ? withKnown(labelled, found, { preprocessing }) : labelled;
  const prepared = { ...whole, preprocessing: { ...whole.preprocessing, ...preprocessing } };
  return options.directions?.length ? withDirectionFiles(prepared, options.directions) : prepared;
}

const sha256 = ({ bytes }: { readonly bytes: Uint8Array }): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Options for what a file leaves open: ONNX's sizes and statistics, and the last layer of ONNX and Caffe nets. @throws
 * OptionError for other files
 */
function openOptions({ size, until, storedStatistics }: ModelOptions, paths: readonly string[]) {
  const endsWith = (...endings: string[]) => paths.some((path) => endings.some((e) => path.toLowerCase().endsWith(e)));
  const given = { '--size': size, '--stored-statistics': storedStatistics };
  const [named] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (named && !endsWith('.onnx')) throw new OptionError(named, `is for files of ONNX, not for ${paths.join(', ')}`);
  if (until !== undefined && !endsWith('.onnx', '.prototxt', '.pbtxt')) {
    throw new OptionError('--until', `is for files of ONNX and Caffe, not for ${paths.join(', ')}`);
  }
  return {
    ...(size !== undefined && { size: sizeFrom(size) }),
    ...(until !== undefined && { until }),
    ...(storedStatistics && { storedStatistics }),
  };
}

function sizeFrom(text: string): readonly [height: number, width: number] {
  const [, height, width] = /^([1-9]\d{0,5})[x×]([1-9]\d{0,5})$/i.exec(text.trim()) ?? [];
  if (height === undefined) throw new OptionError('--size', `must be height x width, as in 320x320, got '${text}'`);
  return [Number(height), Number(width)];
}

const COLOURS: Readonly<Record<string, number>> = { white: 255, black: 0, gray: 128, grey: 128 };

function backgroundFrom(text: string): readonly [number, number, number] {
  const name = text.trim().toLowerCase();
  const level = COLOURS[name];
  if (level !== undefined) return [level, level, level];
  const [, hex] = /^#([\da-f]{6})$/.exec(name) ?? [];
  const values = hex ? [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) : name.split(',').map(Number);
  const [r, g, b] = values;
  const fits = values.length === 3 && !/(^|,)\s*(,|$)/.test(name) && values.every((v) => v >= 0 && v <= 255);
  if (fits) return [r, g, b];
  throw new OptionError('--background', `must be white, black, gray, #rrggbb or r,g,b from 0 to 255, got '${text}'`);
}

async function preprocessingOf({
  mean,
  scale,
  order,
  fit,
  background,
  alpha,
}: ModelOptions): Promise<Partial<Preprocessing>> {
  if (order !== undefined && order !== 'bgr' && order !== 'rgb' && order !== 'gray') {
    throw new OptionError('--order', `must be bgr, rgb or gray, got '${order}'`);
  }
  if (fit !== undefined && fit !== 'crop' && fit !== 'stretch') {
    throw new OptionError('--fit', `must be crop or stretch, got '${fit}'`);
  }
  const scales = scale === undefined ? undefined : numbers('--scale', scale);
  return {
    ...(mean !== undefined && { mean: await readMean(mean) }),
    ...(scales && { scale: scales.length === 1 ? scales[0] : scales }),
    ...(order && { order }),
    ...(fit && { fit }),
    ...(background !== undefined && { background: backgroundFrom(background) }),
    ...(alpha && { alpha }),
    ...((mean ?? scale ?? order) !== undefined && { stated: true }),
  };
}

function seedOf(text: string): number {
  const seed = Number(text);
  if (text.trim() !== '' && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed;
  throw new OptionError('--seeded-weights', `must be a whole number from 0 to 2³²−1, got '${text}'`);
}

async function readMean(mean: string): Promise<Preprocessing['mean']> {
  if (mean.endsWith('.binaryproto')) return readBinaryproto(await readBytes(mean));
  if (!mean.endsWith('.npy')) return numbers('--mean', mean);
  const { shape, data } = readNpy(await readBytes(mean));
  const values = Float32Array.from(data, Number);
  // [C] and [C,1,1] are one number per channel.
  return shape.slice(1).every((dim) => dim === 1) ? Array.from(values) : { shape: shape.slice(-3), data: values };
}

function numbers(option: string, text: string): number[] {
  const values = text.split(',').map(Number);
  if (values.some((v) => !Number.isFinite(v))) throw new OptionError(option, `must be numbers, got '${text}'`);
  return values;
}
