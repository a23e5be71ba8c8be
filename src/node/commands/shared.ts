// Shared by the commands: options, the device, input pictures, output and errors.
import type { Command } from 'commander';
import { ConvscopeError, OptionError } from '../../core/errors.js';
import type { Context } from '../../gpu/context.js';
import { requireWeights } from '../../graph/lazyWeights.js';
import type { Model } from '../../graph/model.js';
import type { Picture } from '../../scene/input.js';
import { SEEDED, watermarked } from '../../scene/watermark.js';
import { loadChoices } from '../../tuning/keptChoices.js';
import { openNodeContext } from '../context.js';
import { loadModel, type ModelOptions } from '../models.js';
import { fileStore } from '../store.js';

export interface CommonOptions extends ModelOptions {
  readonly json?: boolean;
  readonly adapter?: string;
  readonly verbose?: boolean;
}

/** Printed in the help of every command. */
export const EXIT_CODES = `
Exit codes: 0 fine, 1 the run failed (a file, the device, a result that is zero everywhere), 2 wrong usage, 130 interrupted.`;

/** Adds the options of every command that reads a model. */
export function withModel(command: Command): Command {
  return command
    .argument(
      '<model>',
      'deploy.prototxt,weights.caffemodel or net.onnx or net.safetensors, or a built-in net: mini-caffenet',
    )
    .option('--labels <file>', 'class names: one per line, or JSON, CSV, YAML; as many as the net has classes')
    .option('--mean <values|file>', 'mean in the net’s channel order: 104,117,123, or a .npy or .binaryproto file')
    .option('--scale <values>', 'factor applied after subtracting the mean: one number, or one per channel')
    .option('--order <bgr|rgb|gray>', 'channel order of the net’s input')
    .option('--fit <crop|stretch>', 'how to fit a picture of another shape')
    .option('--background <colour>', 'background of transparent pictures: white (default), black, #rrggbb or r,g,b')
    .option('--alpha', 'the fourth of the net’s four channels is the picture’s transparency')
    .option('--size <HxW>', 'height and width of the input, if an ONNX file leaves them open')
    .option('--until <layer>', 'open an ONNX or Caffe file up to this layer and ignore the rest')
    .option(
      '--stored-statistics',
      'BatchNormalization in training mode uses the mean and variance stored in the ONNX file',
    )
    .option('--seeded-weights <seed>', 'random weights for a .prototxt without weights; results are marked')
    .option(
      '--directions <file>',
      'directions of a layer, which become units: nmf.safetensors, or conv5@mine=directions.npy; may be repeated',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option('--no-recognise', 'do not look up preprocessing and class names of published nets')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', EXIT_CODES);
}

/** Adds the options of every command that computes. */
export function withDevice(command: Command): Command {
  return command
    .option('--adapter <name>', 'auto, software, or part of an adapter’s name', 'auto')
    .option('--verbose', 'also show messages of graphics drivers');
}

/** Opens the model that the arguments name, with weights. @throws ModelFileError for a .prototxt alone */
export async function openModel(spec: string, options: CommonOptions): Promise<Model> {
  const model = await loadModel(spec, options);
  showNotes(model);
  requireWeights(model);
  if (model.seeded)
    console.error(`convscope: ${SEEDED}: '${model.name}' was never trained, so it shows nothing learned.`);
  return model;
}

/** A picture made with the model. It gets a watermark if the weights are random. */
export const marked = (model: Model, picture: Picture): Picture => (model.seeded ? watermarked(picture) : picture);

/** Prints the choices that the importer made. */
export function showNotes({ name, notes = [] }: Model): void {
  for (const note of notes) console.error(`convscope: ${name}: ${note}`);
}

/** Spread this into a file's own description. */
export const markOf = ({ seeded }: { readonly seeded?: boolean | undefined }): { readonly weights?: string } =>
  seeded ? { weights: SEEDED } : {};

/** Spread this into a JSON result: facts about the net that are needed to judge the result. */
export const aboutModel = ({
  seeded,
  notes,
}: Model): { readonly weights?: string; readonly notes?: readonly string[] } => ({
  ...markOf({ seeded }),
  ...(notes && { notes }),
});

export async function openDevice(options: CommonOptions): Promise<Context> {
  const ctx = await openNodeContext({ adapter: options.adapter ?? 'auto' });
  await loadChoices(ctx, fileStore());
  return ctx;
}

/** Warns once per run if nobody says how pixels become the net's input. */
export function warnUnstated(model: Model): void {
  const { stated, order } = model.preprocessing;
  if (stated) return;
  console.error(
    `convscope: the model does not state its preprocessing and is not recognised. Pixels 0..255 in ${order} without a mean are a ` +
      'guess. Set it with --mean, --scale and --order, for example --mean 104,117,123 --order bgr.',
  );
}

/** Parses a whole number from an option. */
export function integer(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new OptionError(option, `must be a whole number, got '${text}'`);
  return value;
}

/** Parses a number from an option. */
export function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new OptionError(option, `must be a number, got '${text}'`);
  return value;
}

/** Part i of n parts, as in `3/7`. @throws OptionError */
export function partOf(text: string): { readonly part: number; readonly parts: number } {
  const [, part, parts] = /^(\d+)\/(\d+)$/.exec(text.trim())?.map(Number) ?? [];
  if (part !== undefined && part >= 1 && part <= parts) return { part, parts };
  throw new OptionError('--shard', `must be i/n with i from 1 to n, as in 3/7, got '${text}'`);
}

export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, undefined, 2));
}

/** Formats aligned columns, with numbers on the right. */
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

/** Exit codes: 1 for problems with files and devices, 2 for wrong usage, 130 for an interrupt. */
export const EXIT = { failure: 1, usage: 2, interrupted: 130 } as const;

/** Prints one of the library's errors as one line or as JSON, and sets the exit code. Other errors keep their stack trace. */
export function report(error: unknown, json: boolean): void {
  if (error instanceof Error && error.name === 'AbortError') {
    process.exitCode = EXIT.interrupted;
    if (json) printJson({ error: { code: 'interrupted', message: 'interrupted before there was a result' } });
    else console.error('convscope: interrupted before there was a result');
    return;
  }
  const known = error instanceof ConvscopeError;
  const usage = known && (error.code === 'option' || error.code === 'unknown-name');
  process.exitCode = usage ? EXIT.usage : EXIT.failure;
  const message = error instanceof Error ? error.message : String(error);
  if (json) printJson({ error: { code: known ? error.code : 'internal', message } });
  else console.error(`convscope: ${known || !(error instanceof Error) ? message : (error.stack ?? message)}`);
}
