// Input of the commands: pictures, arrays, and values for further inputs.
import type { Command } from 'commander';
import { worldImage } from '../../../train/world/index.js';
import { ImageError, OptionError } from '../../core/errors.js';
import { formatShape, sizeOf } from '../../core/shape.js';
import type { Context } from '../../gpu/context.js';
import type { Model, ModelInput } from '../../graph/model.js';
import { readNpy } from '../../importers/index.js';
import { arrangeInput } from '../../scene/arrange.js';
import { createPreprocessor, type HostTensor, type Picture } from '../../scene/input.js';
import { neededSides } from '../../scene/neededSides.js';
import { checkTakesPictures } from '../../scene/picture.js';
import { readBytes } from '../files.js';
import { readPictureNoted } from '../images.js';
import { requirePackages } from '../packages.js';
import { isArray, packagesFor, WORLD } from '../sources/names.js';

export interface InputOptions {
  /** `name=value`, for any input including the image. */
  readonly input: readonly string[];
  readonly strict?: boolean;
}

/** Seed of the world pictures that `world:INDEX` names. No built-in net was trained on them. */
export const WORLD_SEED = 2;

/** Adds the option for a model's further inputs. */
export function withInputs(command: Command): Command {
  const collect = (value: string, before: string[]) => [...before, value];
  return command.option(
    '--input <name=value>',
    'an input by name: file.npy, a picture, zeros, or constant:0.5; may be repeated',
    collect,
    [],
  );
}

/** Adds the option for commands that process many pictures. */
export function withStrict(command: Command): Command {
  return command.option('--strict', 'fail if a picture cannot be read, instead of reporting and skipping it');
}

/**
 * Reports all missing packages for reading these sources and for computing, in one error.
 *
 * @throws WebGPUUnavailableError, ImageError
 */
export async function requireFor(sources: readonly string[], given: readonly string[] = []): Promise<void> {
  const values = given.map((text) => text.slice(text.indexOf('=') + 1));
  await requirePackages(packagesFor([...sources, ...values.filter((value) => !isNumber(value))]));
}

const isNumber = (value: string): boolean => value === 'zeros' || value.startsWith('constant:');

/**
 * Opens a picture file, or a picture of the toy world as `world:INDEX`. Prints what was decided about a file. @throws
 * ImageError
 */
export async function openPicture(path: string): Promise<Picture> {
  const [, index, to] = WORLD.exec(path) ?? [];
  if (to !== undefined) throw new ImageError(`${path} means several pictures; name one`);
  if (index !== undefined) return worldImage(WORLD_SEED, Number(index));
  return readPictureNoted(path, (note) => console.error(`convscope: ${note}.`));
}

/** Counts pictures that cannot be read, and reports each of them immediately. */
export class Skipped {
  readonly images: string[] = [];
  readonly #strict: boolean;

  /** A single picture cannot be skipped. */
  constructor(strict: boolean | undefined, of: number) {
    this.#strict = strict === true || of === 1;
  }

  /** Records a picture that cannot be read. @throws the error, if it is not about the picture or if --strict is given */
  add(image: string, error: unknown): void {
    if (this.#strict || !(error instanceof ImageError)) throw error;
    this.images.push(image);
    console.error(`convscope: skipped: ${error.message}`);
  }

  /** Prints the number of skipped pictures. @throws ImageError if no picture is left */
  end(of: number): void {
    const { length } = this.images;
    if (length > 0 && length === of) throw new ImageError(`none of ${of} pictures could be read`);
    if (length > 0) console.error(`convscope: ${length} of ${of} pictures could not be read and were skipped.`);
  }
}

export interface ReadInput {
  readonly image: string;
  readonly data: Float32Array;
}

/** Yields the image input of each source in turn. An array may contain several images. Unreadable pictures are skipped. */
export async function* eachInput(
  ctx: Context,
  model: Model,
  sources: readonly string[],
  skipped: Skipped,
  /** More of the set follow. */
  goesOn = false,
): AsyncGenerator<ReadInput> {
  const pictures = sources.some((source) => !isArray(source));
  if (pictures) checkTakesPictures(model);
  using preprocessor = pictures ? createPreprocessor(ctx, model) : undefined;
  for (const image of sources) {
    if (isArray(image)) {
      yield { image, data: arrangeInput(model.input, await readArray(image)).data };
      continue;
    }
    let picture: Picture | undefined;
    try {
      picture = await openPicture(image);
    } catch (error) {
      skipped.add(image, error);
      continue;
    }
    if (preprocessor) yield { image, data: await preprocessor.read(picture) };
  }
  if (!goesOn) skipped.end(sources.length);
}

/** The image inputs of all sources as one batch. */
export async function readInputs(
  ctx: Context,
  model: Model,
  sources: readonly string[],
  skipped: Skipped,
  goesOn = false,
): Promise<{ readonly images: readonly string[]; readonly data: Float32Array }> {
  const read: ReadInput[] = [];
  for await (const input of eachInput(ctx, model, sources, skipped, goesOn)) read.push(input);
  const data = new Float32Array(read.reduce((sum, input) => sum + input.data.length, 0));
  let at = 0;
  for (const input of read) {
    data.set(input.data, at);
    at += input.data.length;
  }
  return { images: read.map(({ image }) => image), data };
}

interface Given {
  readonly side: ModelInput;
  readonly value: string;
}

/**
 * The `name=value` options for inputs that the model has. Names may contain an equals sign, values may not. @throws OptionError
 */
function givenFor(model: Model, texts: readonly string[]): Given[] {
  const all = [model.input, ...(model.sides ?? [])];
  const given = texts.map((text): Given => {
    const at = text.lastIndexOf('=');
    if (at < 1) {
      throw new OptionError(
        '--input',
        `must be name=file.npy, name=picture, name=zeros or name=constant:0.5, got '${text}'`,
      );
    }
    const name = text.slice(0, at);
    const side = all.find((input) => input.name === name);
    if (side) return { side, value: text.slice(at + 1) };
    const known = all.map((input) => `${input.name} ${formatShape(input.shape)}`).join(', ');
    throw new OptionError('--input', `'${model.name}' has no input '${name}'; it has ${known}`);
  });
  const twice = given.find(({ side }, i) => given.findIndex((other) => other.side === side) < i);
  if (twice) throw new OptionError('--input', `'${twice.side.name}' is given twice`);
  return given;
}

/** The sources of the image: the arguments, or the value of --input with its name. @throws OptionError */
export function imageSources(
  model: Model,
  args: readonly string[],
  texts: readonly string[],
  otherwise?: string,
): readonly string[] {
  const named = givenFor(model, texts).filter(({ side }) => side === model.input);
  if (named.length > 0 && args.length > 0) {
    throw new OptionError('--input', `'${model.input.name}' is the image, which ${args[0]} gives already`);
  }
  const sources = named.length > 0 ? named.map(({ value }) => value) : args;
  if (sources.length === 0 && otherwise !== undefined) return [otherwise];
  if (sources.length === 0) {
    throw new OptionError(
      'image',
      `name a picture, or --input ${model.input.name}=file.npy ${formatShape(model.input.shape)}`,
    );
  }
  const [number] = sources.filter(isNumber);
  if (number)
    throw new OptionError('--input', `'${model.input.name}' is the image; it takes a picture or .npy, got '${number}'`);
  return sources;
}

/**
 * Values for the further inputs that `layers` depend on.
 *
 * @throws OptionError that lists each missing input with its shape and the option to write
 */
export async function readSideInputs(
  ctx: Context,
  model: Model,
  layers: readonly string[],
  texts: readonly string[],
): Promise<Record<string, HostTensor>> {
  const given = givenFor(model, texts).filter(({ side }) => side !== model.input);
  const missing = neededSides(model, layers).filter((side) => !given.some((g) => g.side === side));
  if (missing.length > 0) {
    const shapes = missing.map(({ name, shape }) => `'${name}' ${formatShape(shape)}`).join(', ');
    const flags = missing.map(({ name }) => `--input ${name}=zeros`).join(' ');
    throw new OptionError(
      '--input',
      `'${model.name}' needs ${missing.length > 1 ? 'further inputs' : 'a further input'}: ${shapes}. ` +
        `Give ${missing.length > 1 ? 'each' : 'it'} as file.npy, a picture, constant:0.5 or zeros: ${flags}`,
    );
  }
  const entries: [string, HostTensor][] = [];
  for (const { side, value } of given) entries.push([side.name, await sideValue(ctx, model, side, value)]);
  return Object.fromEntries(entries);
}

async function sideValue(ctx: Context, model: Model, side: ModelInput, value: string): Promise<HostTensor> {
  const { shape } = side;
  if (value === 'zeros') return { shape, data: new Float32Array(sizeOf(shape)) };
  if (value.startsWith('constant:')) {
    const number = Number(value.slice('constant:'.length));
    if (value === 'constant:' || !Number.isFinite(number)) {
      throw new OptionError('--input', `'${side.name}': constant: must be followed by a number, got '${value}'`);
    }
    return { shape, data: new Float32Array(sizeOf(shape)).fill(number) };
  }
  if (isArray(value)) return arrangeInput(side, await readArray(value));
  if (shape.length !== 4) {
    throw new OptionError(
      '--input',
      `'${side.name}' ${formatShape(shape)} is no picture; give it as file.npy, zeros or constant:0.5`,
    );
  }
  // Preprocessed like the image: a net that compares pictures treats both alike.
  const asImage: Model = { ...model, input: side };
  checkTakesPictures(asImage);
  using preprocessor = createPreprocessor(ctx, asImage);
  return { shape: [1, ...shape.slice(1)], data: await preprocessor.read(await openPicture(value)) };
}

async function readArray(path: string): Promise<HostTensor> {
  const { shape, data } = readNpy(await readBytes(path));
  return { shape, data: Float32Array.from(data, Number) };
}
