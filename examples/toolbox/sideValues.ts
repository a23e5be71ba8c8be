// Values of a net's further inputs: zeros until the user sets others.
import { arrangeInput, type Context, type HostTensor, type Model, type ModelInput, preprocessPicture } from 'convscope';
import { readNpy } from 'convscope/importers';
import { decodePicture, pixelsOf } from '../shared/decode.js';
import { isArray } from './arrayFile.js';

/** What the user sets. */
export type SideValue =
  | { readonly kind: 'constant'; readonly value: number }
  /** A picture, or an array in a .npy. */
  | { readonly kind: 'file'; readonly file: File }
  /** The current content of the image input. */
  | { readonly kind: 'present' };

/** A further input and its value in words. */
export interface SideReport {
  readonly name: string;
  readonly shape: readonly number[];
  readonly words: string;
}

export interface Side extends SideReport {
  readonly tensor: HostTensor;
}

export type Sides = ReadonlyMap<string, Side>;

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Every further input as zeros, except those that `known` has with the same shape. */
export function sidesOf({ sides = [] }: Model, known?: Sides): Sides {
  return new Map(
    sides.map((input) => {
      const before = known?.get(input.name);
      const same = before && before.shape.join() === input.shape.join();
      return [input.name, same ? before : constant(input, 0)];
    }),
  );
}

function constant({ name, shape }: ModelInput, value: number): Side {
  const data = new Float32Array(count(shape)).fill(value);
  return { name, shape, words: value === 0 ? 'zeros' : String(value), tensor: { shape, data } };
}

export const reportOf = (sides: Sides): SideReport[] =>
  [...sides.values()].map(({ name, shape, words }) => ({ name, shape, words }));

export const tensorsOf = (sides: Sides): Record<string, HostTensor> =>
  Object.fromEntries([...sides.values()].map(({ name, tensor }) => [name, tensor]));

/** Identifies a set of values. */
export async function hashOfSides(sides: Sides): Promise<string> {
  if (sides.size === 0) return '';
  const data = [...sides.values()].map(({ tensor }) => new Uint8Array(tensor.data.slice().buffer));
  const digest = await crypto.subtle.digest('SHA-256', await new Blob(data).arrayBuffer());
  return Array.from(new Uint8Array(digest, 0, 8), (b) => b.toString(16).padStart(2, '0')).join('');
}

/**
 * Creates a further input from what the user gives. A picture is preprocessed like the image.
 *
 * @param present the image input and a description of it
 * @throws ShapeError, ImageError, ModelFileError, or an Error that names the file
 */
export async function readSide(
  ctx: Context,
  model: Model,
  name: string,
  value: SideValue,
  present: () => Promise<{ readonly data: Float32Array; readonly name: string } | undefined>,
): Promise<Side> {
  const input = model.sides?.find((side) => side.name === name);
  if (!input) throw new Error(`${model.name} has no input '${name}'.`);
  const { shape } = input;
  const holding = (data: Float32Array, words: string): Side => ({ name, shape, words, tensor: { shape, data } });
  if (value.kind === 'constant') return constant(input, value.value);
  if (value.kind === 'present') {
    const now = await present();
    if (!now) throw new Error('There is no picture yet.');
    if (now.data.length !== count(shape)) {
      throw new Error(`'${name}' takes ${shape.join('×')}, and the image input is ${model.input.shape.join('×')}.`);
    }
    return holding(now.data, now.name);
  }
  const { file } = value;
  if (isArray(file)) {
    const { shape: given, data } = readNpy(new Uint8Array(await file.arrayBuffer()));
    const { data: arranged } = arrangeInput(input, { shape: given, data: Float32Array.from(data, Number) });
    if (arranged.length !== count(shape)) {
      throw new Error(`${file.name} is ${given.join('×')}, and '${name}' takes ${shape.join('×')}.`);
    }
    return holding(arranged, file.name);
  }
  if (shape.length !== 4) throw new Error(`'${name}' takes ${shape.join('×')}, which no picture is: give a .npy.`);
  const { bitmap } = await decodePicture(file, file.name);
  const picture = pixelsOf(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  // The mean image belongs to the image input. A further input of another size has none.
  const { mean } = model.preprocessing;
  const fits = !('shape' in mean) || shape.slice(1).join() === model.input.shape.slice(1).join();
  if (!fits)
    throw new Error(`'${name}' takes ${shape.join('×')}, for which the net’s mean image is none: give a .npy.`);
  return holding(await preprocessPicture(ctx, { ...model, input }, picture), file.name);
}
