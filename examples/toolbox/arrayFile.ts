// Arrays in .npy files as inputs of a net, one after another, where pictures will not do: four channels, depth, features.
import type { PictureFile } from './imageList.js';

/** An image of an array, as its file has it. */
export interface ArrayFrame {
  /** Without the axis along which the file has several. */
  readonly shape: readonly number[];
  readonly data: Float32Array<ArrayBuffer>;
}

/** Frees what a frame holds. */
export function closeFrame(frame: ImageBitmap | VideoFrame | ArrayFrame): void {
  if (!isArrayFrame(frame)) frame.close();
}

export const isArrayFrame = (frame: ImageBitmap | VideoFrame | ArrayFrame): frame is ArrayFrame => 'data' in frame;

/** Bytes in which a .npy file says what it holds. */
const HEAD = 4096;

export const isArray = ({ name }: File): boolean => name.toLowerCase().endsWith('.npy');

/** What a .npy file's head says its shape is; undefined for another file. */
async function shapeOf(file: File): Promise<number[] | undefined> {
  const head = new TextDecoder('latin1').decode(await file.slice(0, HEAD).arrayBuffer());
  const [, sizes] = /^.NUMPY[\s\S]*'shape': \(([^)]*)\)/.exec(head) ?? [];
  return sizes
    ?.split(',')
    .filter((size) => size.trim() !== '')
    .map(Number);
}

/**
 * An array that is an input of the net and not its mean: several images `[N, …]`, or one where the net's channels are no colours.
 * One image of a net for pictures may be either, and a mean is what people have.
 */
export async function isInput(file: File, channels: number | undefined): Promise<boolean> {
  const shape = await shapeOf(file);
  return shape?.length === 4 || (shape?.length === 3 && channels !== undefined && channels !== 1 && channels !== 3);
}

/** The images of an array. @throws Error that names the file */
export async function imagesOf(file: File): Promise<PictureFile[]> {
  // A page that is given no arrays need not load what reads them.
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
