// What the commands have in common: options, the device, input pictures, output and errors.
import type { Command } from 'commander';
import { worldImage } from '../../../train/world/index.js';
import { ConvscopeError, OptionError } from '../../core/errors.js';
import { sizeOf } from '../../core/shape.js';
import type { Context } from '../../gpu/context.js';
import { requireWeights } from '../../graph/lazyWeights.js';
import type { Model } from '../../graph/model.js';
import { readNpy } from '../../importers/index.js';
import { createPreprocessor, type HostTensor, inputArray, type Picture } from '../../methods/input.js';
import { loadChoices } from '../../methods/keptChoices.js';
import { openNodeContext } from '../context.js';
import { readBytes } from '../files.js';
import { readPicture } from '../images.js';
import { loadModel, type ModelOptions } from '../models.js';
import { fileStore } from '../store.js';

export interface CommonOptions extends ModelOptions {
  readonly json?: boolean;
  readonly adapter?: string;
}

/** Adds the options of every command that reads a model. */
export function withModel(command: Command): Command {
  return command
    .argument(
      '<model>',
      'deploy.prototxt,weights.caffemodel or net.onnx or net.safetensors, or an embedded net: mini-caffenet',
    )
    .option('--labels <file>', 'class names: one a line, or JSON, CSV, YAML; their count must be the net’s')
    .option('--mean <values|file>', 'mean in the net’s channel order: 104,117,123, or a .npy or .binaryproto file')
    .option('--scale <values>', 'factor after the mean is taken off, one number or one per channel')
    .option('--order <bgr|rgb|gray>', 'channel order of the net’s input')
    .option('--fit <crop|stretch>', 'how a picture of another shape is fitted')
    .option('--seeded-weights <seed>', 'random weights for a .prototxt alone; what is made with them is marked')
    .option('--no-recognise', 'do not apply what is known of published nets: preprocessing and class names')
    .option('--json', 'print the result as JSON');
}

/** Adds the options of every command that computes. */
export function withDevice(command: Command): Command {
  return command.option('--adapter <name>', 'auto, software, or part of an adapter’s name', 'auto');
}

/** The model that the arguments name, with weights. @throws ModelFileError for a .prototxt alone */
export async function openModel(spec: string, options: CommonOptions): Promise<Model> {
  const model = await loadModel(spec, options);
  showNotes(model);
  requireWeights(model);
  if (model.seeded)
    console.error(`convscope: ${SEEDED}: '${model.name}' was never trained, and shows nothing learned.`);
  return model;
}

/** What the importer decided, for the person who waits for the result. */
export function showNotes({ name, notes = [] }: Model): void {
  for (const note of notes) console.error(`convscope: ${name}: ${note}`);
}

/** How results of a net with drawn weights are marked. */
export const SEEDED = 'seeded weights, not trained';

/** To be spread into a JSON result: what has to be known about the net to judge it. */
export const aboutWeights = (model: Model): { readonly weights?: string } => (model.seeded ? { weights: SEEDED } : {});

export async function openDevice(options: CommonOptions): Promise<Context> {
  const ctx = await openNodeContext({ adapter: options.adapter ?? 'auto' });
  await loadChoices(ctx, fileStore());
  return ctx;
}

/** Seed of the world pictures that `world:INDEX` names: pictures that no embedded net was trained on. */
const WORLD_SEED = 2;

/** A picture file, or a picture of the toy world as `world:INDEX`. */
export async function openPicture(path: string): Promise<Picture> {
  const [, index] = /^world:(\d+)$/.exec(path) ?? [];
  return index === undefined ? readPicture(path) : worldImage(WORLD_SEED, Number(index));
}

/** The net's input for image files, one after another in a batch; or the numbers of one .npy file as they are. */
export async function readInputs(ctx: Context, model: Model, paths: readonly string[]): Promise<Float32Array> {
  if (paths.length === 1 && paths[0].endsWith('.npy')) return inputArray(model.input, await readTensor(paths[0]));
  const size = sizeOf(model.input.shape.slice(1));
  const batch = new Float32Array(paths.length * size);
  using preprocessor = createPreprocessor(ctx, model);
  for (const [i, path] of paths.entries()) {
    batch.set(await preprocessor.read(await openPicture(path)), i * size);
  }
  return batch;
}

/** Adds the option by which a model's side inputs are given. */
export function withInputs(command: Command): Command {
  const collect = (value: string, before: string[]) => [...before, value];
  return command.option('--input <name=file.npy>', 'one of the net’s further inputs; may be repeated', collect, []);
}

/** Side inputs from `name=file.npy`. @throws OptionError */
export async function readSideInputs(given: readonly string[] = []): Promise<Record<string, HostTensor>> {
  const entries = given.map(async (text): Promise<[string, HostTensor]> => {
    const at = text.lastIndexOf('=');
    if (at < 1) throw new OptionError('--input', `must be name=file.npy, got '${text}'`);
    return [text.slice(0, at), await readTensor(text.slice(at + 1))];
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readTensor(path: string): Promise<HostTensor> {
  const { shape, data } = readNpy(await readBytes(path));
  return { shape, data: Float32Array.from(data, Number) };
}

/** A warning once per run, where the file does not say how pixels become input and nobody else did. */
export function warnUnstated(model: Model): void {
  const { stated, order } = model.preprocessing;
  if (stated) return;
  console.error(
    `convscope: the model does not say its preprocessing and is not recognised. Pixels 0..255 in ${order} without a mean are a ` +
      'guess; say it with --mean, --scale and --order, as in --mean 104,117,123 --order bgr.',
  );
}

/** A whole number from an option. */
export function integer(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new OptionError(option, `must be a whole number, got '${text}'`);
  return value;
}

/** A number from an option. */
export function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new OptionError(option, `must be a number, got '${text}'`);
  return value;
}

export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, undefined, 2));
}

/** Columns aligned, numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => String(row[i]).length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => (typeof cell === 'number' ? String(cell).padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** `13.4 MiB`. */
export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** Exit codes: 1 for what goes wrong with files and devices, 2 for wrong usage, 130 for an interrupt. */
export const EXIT = { failure: 1, usage: 2, interrupted: 130 } as const;

/** Prints an error of ours as one line (or as JSON) and sets the exit code; anything else keeps its stack. */
export function report(error: unknown, json: boolean): void {
  const known = error instanceof ConvscopeError;
  const usage = known && (error.code === 'option' || error.code === 'unknown-name');
  process.exitCode = usage ? EXIT.usage : EXIT.failure;
  const message = error instanceof Error ? error.message : String(error);
  if (json) printJson({ error: { code: known ? error.code : 'internal', message } });
  else console.error(`convscope: ${known || !(error instanceof Error) ? message : (error.stack ?? message)}`);
}
