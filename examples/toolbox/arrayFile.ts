// Reads arrays in .npy files as inputs of a net, if pictures do not fit: four channels, depth, features.
import type { PictureFile } from './imageList.js';

/** One image of an array, in the file's layout. */
export interface ArrayFrame {
  /** Without the axis that enumerates the images. */
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** Frees the memory of a frame. */
export function closeFrame(frame: ImageBitmap | VideoFrame | ArrayFrame): void {
  if (!isArrayFrame(frame)) frame.close();
}

export const isArrayFrame = (frame: ImageBitmap | VideoFrame | ArrayFrame): frame is ArrayFrame => 'data' in frame;

/** The header of a .npy file is within these bytes. */
const HEAD = 4096;

export const isArray = ({ name }: File): boolean => name.toLowerCase().endsWith('.npy');

/** The shape in the header of a .npy file; undefined for another file. */
async function shapeOf(file: File): Promise<number[] | undefined> {
  const head = new TextDecoder('latin1').decode(await file.slice(0, HEAD).arrayBuffer());
  const [, sizes] = /^.NUMPY[\s\S]*'shape': \(([^)]*)\)/.exec(head) ?? [];
  return sizes
    ?.split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
}

/**
 * True for an array that is an input of the net and not its mean: several images `[N, …]`, or one image if the net's channels
 * are not colours. For a net that takes pictures, a single image could be either; it is treated as a mean, because that is more
 * common.
 */
export async function isInput(file: File, channels: number | undefined): Promise<boolean> {
  const shape = await shapeOf(file);
  return shape?.length === 4 || (shape?.length === 3 && channels !== undefined && channels !== 1 && channels !== 3);
}

/** The images of an array. @throws Error that names the file */
export async function imagesOf(file: File): Promise<PictureFile[]> {
  // A page without arrays does not need to load the code that reads them.
  const { readNpy } = await import('convscope/importers');
  const { shape, data } = readNpy(new Uint8Array(await file.arrayBuffer()));
  const numbers = Float32Array.from(data, Number);
  const [count, rest] = shape.length === 4 ? [shape[0], shape.slice(1)] : [1, shape];
  const size = rest.reduce((product, side) => product * side, 1);
  return Array.from({ length: count }, (_, i) => ({
    name: count > 1 ? `${file.name}, ${i + 1} of ${count}` : file.name,
    decode: async () => ({ array: { shape: rest, data: numbers.slice(i * size, (i + 1) * size) }, note: '' }),
  }));
}
